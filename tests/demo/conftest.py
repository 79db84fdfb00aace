import pytest

from truckban.demo.day import Day, make_day


@pytest.fixture(scope="session")
def day() -> Day:
    return make_day(seed=1, trucks=200)
