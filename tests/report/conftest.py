"""A small day of traces with what a report must cope with: leads of every kind, hostile names, rows that cannot be used."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsers import chromium
from report_day import HEADINGS, HOSTILE, HOSTILE_FILE, VEHICLES, drive, write
from report_opened import ARGUMENTS, Opened, Window

from truckban.grounds import ground_for
from truckban.notices.load import notice_named
from truckban.traces.check import Checked, Inputs, check
from zones.locate import Locator


@pytest.fixture(scope="session")
def checked_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[tuple[str, ...]]], Checked]:
    """Return a check of some rows of fixes against the built-in notice and zone."""

    def checked(rows: list[tuple[str, ...]]) -> Checked:
        folder = tmp_path_factory.mktemp("day")
        traces = write(folder / HOSTILE_FILE, ("vehicle_id", "time", "lon", "lat"), rows)
        vehicles = write(folder / "vehicles.csv", HEADINGS, VEHICLES)
        permits = write(
            folder / "permits.csv", ("plate", "valid_from", "valid_to"), [("晋M12345", "2024-01-01", "2024-04-30")]
        )
        law = notice_named("linyi-2023-5")
        ground = ground_for(law)
        assert ground is not None
        return check(Inputs(traces, vehicles, permits), law, ground)

    return checked


@pytest.fixture(scope="session")
def checked(checked_of: Callable[[list[tuple[str, ...]]], Checked]) -> Checked:
    return checked_of(
        [
            *drive("T1", 35.142, 10),
            *drive("T1", 35.142, 2),
            *drive(HOSTILE, 35.146, 11),
            *drive("晋M·54321", 35.138, 12),
            *drive("T4", 35.150, 13),
            *drive("T5", 35.134, 14),
            *drive("not-in-the-table", 35.160, 15),
            *drive("T7", 35.144, 16),
            ("T1", "晋M77777", "110.77", "35.14"),
            ("T1", "2024-05-08T10:00:00+08:00", "0", "0"),
            ("T1", "2024-05-08 18:00:00", "110.70", "35.10"),
        ]
    )


@pytest.fixture(scope="session")
def surveyed(checked: Checked) -> Checked:
    """Return the same check on a zone that is no schematic."""
    ground = Locator(dataclasses.replace(checked.ground.zone, grade="survey", warnings=()))
    parts = [dataclasses.replace(part, grade="survey") for part in checked.parts]
    return dataclasses.replace(checked, ground=ground, parts=parts)


@pytest.fixture(scope="module")  # no longer: its event loop would be that of every test after it
def browser() -> Iterator[object]:
    with chromium(*ARGUMENTS) as opened:
        yield opened


@pytest.fixture(scope="module")
def offline(browser) -> object:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Return a window that has no network."""
    return browser.new_context(offline=True)


@pytest.fixture
def window(offline) -> Iterator[Window]:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Return what opens a file in a page of its own, closed with the test."""
    pages = []

    def open_(file: Path, *, size: tuple[int, int] = (1280, 900)) -> Opened:
        opened = Opened(offline, file, size)
        pages.append(opened.page)
        return opened

    yield open_
    for page in pages:
        page.close()
