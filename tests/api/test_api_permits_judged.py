"""The permits that a check takes from the store are fewer than there are, and the check says the same."""

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from applying import granted, vehicle
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from uploading import day

from api.permits import service
from api.store.database import Store
from api.store.permits_judged import permits_for_check, that_matter
from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.traces.check import Checked, Inputs, check
from truckban.traces.read.fleet import read_fleet

Clients = Callable[..., TestClient]
DAY = "2024-05-08"
_BEFORE = dt.datetime(2024, 5, 7, 1, tzinfo=dt.UTC)
_WHERE = {
    "nowhere": {"roads": ["北环路"]},
    "roads": {"roads": ["五一路", "峨嵋大道", "东外环路"]},
    "anywhere": {},
}
_WHEN = (("2024-05-08", "2024-05-08"), ("2024-05-01", "2024-05-31"), ("2023-01-01", "2023-02-01"))


def permit(plate: str, where: str, when: int, status: str, *, windows: bool, number: int) -> dict[str, Any]:
    first, last = _WHEN[when]
    return {
        "plate": plate,
        "valid_from": first,
        "valid_to": last,
        "windows": [{"from": "09:00", "to": "11:00"}] if windows else [],
        "roads": _WHERE[where].get("roads"),
        "area": None,
        "status": status,
        "id": f"2024-{number:06d}",
    }


def told(checked: Checked) -> list[str]:
    """Return each part of a passage, with all that is said of it."""
    return [str(part) for part in checked.parts]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return traces, and vehicles of which every other one has no plate and some are not on the list."""
    folder = tmp_path_factory.mktemp("judged")
    made = day(12)
    rows = list(csv.DictReader(io.StringIO(made["vehicles"].decode())))
    for row in rows[::2]:
        row["plate"] = ""
    with (folder / "vehicles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows[2:])
    (folder / "traces.csv").write_bytes(made["traces"])
    return folder / "traces.csv", folder / "vehicles.csv"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2, 3, 7])
def test_a_check_finds_the_same_with_the_permits_that_matter(files: tuple[Path, Path], seed: int) -> None:
    traces, vehicles = files
    notice = builtin_notice("linyi-2023-5")
    ground = ground_for(notice)
    assert ground is not None
    plates = sorted(plate for plate in read_fleet(vehicles).plates.values() if plate)
    chance = random.Random(seed)  # noqa: S311
    whole = [
        permit(
            chance.choice([*plates, *(f"晋M7{n:04d}" for n in range(30))]),
            chance.choice([*_WHERE][: 2 + seed % 2]),
            chance.randrange(3),
            chance.choice(["active", "active", "suspended"]),
            windows=chance.random() < 0.5,
            number=number,
        )
        for number in range(150)
    ]
    some = that_matter(whole, plates)
    assert len(some) < len(whole)
    own = [each for each in whole if each["plate"] in plates]
    one, other, less, none = (
        told(check(Inputs(traces, vehicles, granted=permits), notice, ground)) for permits in (whole, some, own, [])
    )
    assert one == other
    assert one != less, "vehicles without a plate are judged with permits of others"
    assert less != none, "and others with their own"


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 2), st.integers(0, 2)), max_size=30),
    st.sets(st.sampled_from("ABCD")),
)
def test_what_matters_is_all_of_the_fleet_and_one_of_each_kind(
    made: list[tuple[str, int, int]], fleet: set[str]
) -> None:
    whole = [
        permit(f"晋M1234{'ABCD'.index(plate)}", [*_WHERE][where], when, "active", windows=False, number=number)
        for number, (plate, where, when) in enumerate(made)
    ]
    own = {f"晋M1234{'ABCD'.index(plate)}" for plate in fleet}
    some = that_matter(whole, own)

    def says(permits: list[dict[str, Any]]) -> set[str]:
        return {json.dumps({**each, "plate": "", "id": ""}, sort_keys=True) for each in permits}

    assert [each for each in some if each["plate"] in own] == [each for each in whole if each["plate"] in own]
    assert says(some) == says(whole)
    others = [each for each in some if each["plate"] not in own]
    assert len(says(others)) == len(others)
    assert all(each in whole for each in some)
    assert that_matter(some, own) == some


def test_of_permits_that_say_the_same_to_others_one_is_loaded(
    signed_in: Clients, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "now", lambda: _BEFORE)
    plates = [f"晋M1234{number}" for number in range(5)]
    for plate in plates:
        granted(signed_in("driver"), signed_in("reviewer"), vehicles=[vehicle(plate)], days={"from": DAY, "to": DAY})
    days = (dt.date.fromisoformat(DAY),) * 2
    with store.read() as session:
        loaded = {
            name: sorted(each["plate"] for each in permits_for_check(session, days, plates=asked))
            for name, asked in {"all": None, "none": [], "last": plates[3:]}.items()
        }
    assert loaded == {"all": plates, "none": plates[:1], "last": [plates[0], *plates[3:]]}
