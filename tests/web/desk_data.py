"""Days of traces and leads for the tests of the desk, and what is found in a page."""

import datetime as dt
import json
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.jobs.worker import Worker
from api.settings import Settings
from api.store.database import Store
from api.store.leads import add_leads
from truckban.demo.day import make_day
from truckban.notices.load import builtin_notice
from zones import load_builtin

sys.path.append(str(Path(__file__).parents[1] / "api"))
from jobs_here import work_off
from lead_rows import BASIS, SHANGHAI, row, written
from uploading import put_run

PASSWORD = "rather long, and only for tests"  # noqa: S105


@cache
def day(trucks: int = 30) -> dict[str, bytes]:
    """Return the files of a simulated day, the fixes with the receiver's error."""
    made = make_day(seed=3, trucks=trucks)
    made.traces["accuracy_m"] = 8.0
    return {kind: getattr(made, kind).to_csv(index=False).encode() for kind in ("traces", "vehicles", "permits")}


def checked_day(settings: Settings, store: Store) -> str:
    """Have a day checked; return the run."""
    run = put_run(settings, store, day())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.jobs.worker.DAILY", ())
        work_off(settings, store)
    return run


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """Have a worker beside the service until the block ends; it does what it is given, and not what is due each day."""
    store = Store(settings.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.jobs.worker.DAILY", ())
        worker = Worker(settings, store)
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield
        finally:
            worker.stopping.set()
            thread.join(60)
            store.close()


def many_leads(store: Store, folder: Path, count: int, *, weeks: int = 1, run: str = "many") -> None:
    """Add invented leads along the streets of the schematic, without fixes."""
    zone, notice = load_builtin("linyi-schematic"), builtin_notice("linyi-2023-5")
    chance = random.Random(5)  # noqa: S311
    west, south, east, north = zone.area.bounds
    names = [street.name for street in zone.streets if street.place == "inside" and street.name]
    rows, features = [], []
    for number in range(count):
        x, y, z = chance.uniform(west, east), chance.uniform(south, north), chance.uniform(south, north)
        ends = {"entry_lon": west, "entry_lat": y, "exit_lon": x, "exit_lat": z}
        at = dt.datetime(2024, 5, 6, 6, tzinfo=SHANGHAI) + dt.timedelta(
            days=chance.randrange(7 * weeks), minutes=chance.randrange(16 * 60)
        )
        made = row(
            number, at=at, grade="schematic", roads=[chance.choice(names)], enterprise_id="linyi-01" if number % 9 == 0 else None,
            vehicle_class=chance.choice(("heavy", "medium")), verdict=chance.choice(("prohibited",) * 6 + ("undetermined",)),
            probability=round(chance.uniform(0.9, 0.99), 2), **ends,
        )  # fmt: skip
        for end in ("entry", "exit"):
            made[f"{end}_number"] = chance.randrange(1, 12)
        rows.append(made)
        line = [[west, y], [(west + x) / 2, y], [x, y], [x, (y + z) / 2], [x, z]]
        properties = {"lead_id": made["lead_id"]}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": line}}
        )
    basis = {
        **BASIS,
        "notice": {"id": notice.id, "sha256": notice.sha256},
        "zone": {"id": zone.id, "sha256": zone.sha256, "grade": zone.grade},
    }
    path = folder / "leads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with store.write() as session:
        add_leads(session, run, written(rows, folder / "leads.parquet"), basis=basis, path_geojson=path)


def chosen(page: Any) -> str:
    """Return the id of the lead that is chosen on the desk."""
    return str(page.locator(".lead.on").get_attribute("data-id"))


def listed(page: Any) -> None:
    """Wait until the list stands, and the map or the word that there is none."""
    page.locator("#leads .lead").first.wait_for()
    page.locator("#map[data-ready]").wait_for(timeout=60_000)


def ready(page: Any) -> None:
    """Wait until list and map stand."""
    page.locator("#leads .lead").first.wait_for()
    page.locator("#map[data-ready=yes]").wait_for(timeout=60_000)
    page.wait_for_function("() => document.getElementById('map').dataset.leads > 0", timeout=60_000)
