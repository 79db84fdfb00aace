"""How fast pages of leads are with millions of them in the store.

    python benchmarks/leads_store.py --database sqlite:////tmp/leads.sqlite --leads 10000000
    python benchmarks/leads_store.py --database postgresql://user@/leads?host=/tmp/pg --leads 10000000

Fills an empty store with invented leads (`leads_fill.py`; about 1.7 GB a million), or takes one that was filled before. Then asks `GET /v1/leads` for
pages as people do: each filter, several of them together, in each order, the first page, one from the middle, the last; likewise the lists of
an enterprise with many vehicles, and of violations. Prints, for each kind, the median and the slowest in milliseconds, the processor time of this process
and, with PostgreSQL, of its server (on a busy machine it is these that can be compared), and whether the median is OK. Then the map and the figures of a
page that shows them, and the figures of the counts held against those of the leads. `--explain` prints what the slowest kinds' queries do.
Exit status 1 where a kind's median is over.
"""

# ruff: noqa: S311, S101 (figures at random, asserted)
import argparse
import datetime as dt
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from fastapi import Request
from fastapi.testclient import TestClient
from leads_fill import DAYS, FIRST, FLEETS, PLATES, fill, is_filled

from api.access.principal import Principal
from api.app import create_app
from api.leads.showing import micros
from api.paging import cursor_of
from api.settings import Settings
from api.store.database import Store
from api.store.lead_search import Filters
from api.store.schema import migrate
from api.store.statistics import By, Days, figures

_MOST_MS = 50.0
_TO_THE_END = ("all", "road", "state", "enterprise", "hour, weekday", "entry", "rare road", "time")
_FIGURES: tuple[By, ...] = ("hour_weekday", "road", "entry", "enterprise", "week", "state")
Asked = tuple[str, str, dict[str, Any]]


class Took(NamedTuple):
    """What an answer took, in milliseconds: by the clock, and of the processors."""

    wall: float
    cpu: float
    server: float


def pages(count: int, chance: random.Random) -> Iterator[Asked]:
    """Yield kinds of pages: name, path, and what is asked, with varied values."""
    day = chance.randrange(DAYS)
    since = dt.datetime.combine(dt.date.fromordinal(FIRST + day), dt.time(), dt.timezone(dt.timedelta(hours=8)))
    span = {"from": since.isoformat(), "to": (since + dt.timedelta(days=chance.choice((1, 7, 30)))).isoformat()}
    some: dict[str, dict[str, Any]] = {
        "road": {"road": f"示意{chance.randrange(1, 21)}街"},
        "rare road": {"road": "偏僻巷"},
        "enterprise": {"enterprise": f"e{chance.randrange(60, 100)}"},
        "rare enterprise": {"enterprise": "rare"},
        "class": {"vehicle_class": chance.choice(("heavy", "medium", "tractor", "special"))},
        "state": {"state": chance.choice(("new", "assigned", "confirmed", "dismissed", "merged"))},
        "verdict": {"verdict": "undetermined"},
        "plate": {"plate": f"晋M{10000 + chance.randrange(PLATES)}"},
        "run": {"run": f"run{FIRST + day}"},
        "assignee": {"assignee": f"officer{chance.randrange(20)}"},
        "time": span,
        "probability": {"probability_from": 0.9 + chance.random() / 10},
        "hour": {"hour": chance.randrange(6, 22)},
        "weekday": {"weekday": chance.randrange(1, 8)},
        "entry": {"entry": chance.randrange(1, 20)},
        "began inside": {"entry": "none"},
        "narrow probability": {"probability_from": 0.95, "probability_to": 0.95002},
    }
    some |= {
        "hour, weekday": {**some["hour"], **some["weekday"]},
        "hour, weekday, state": {**some["hour"], **some["weekday"], **some["state"]},
        "hour, weekday, entry": {**some["hour"], **some["weekday"], **some["entry"]},
        "hour, weekday, road": {**some["hour"], **some["weekday"], **some["road"]},
        "hour, weekday, enterprise": {**some["hour"], **some["weekday"], **some["enterprise"]},
        "road, state": {**some["road"], **some["state"]},
        "road, time": {**some["road"], **span},
        "road, enterprise": {**some["road"], **some["enterprise"]},
        "enterprise, class, state": {**some["enterprise"], **some["class"], **some["state"]},
        "class, verdict, time": {**some["class"], **some["verdict"], **span},
        "assignee, road": {**some["assignee"], **some["road"]},
        "state, run": {**some["state"], **some["run"]},
        "nothing found": {
            "state": "merged",
            "verdict": "undetermined",
            "enterprise": "rare",
            "vehicle_class": "special",
        },
        **_seldom_met(day),
        **_two_places_and_few_first(day),
        **{f"{fleet} own vehicles": {"as": f"E-{fleet}"} for fleet in FLEETS},
        **{f"{fleet} own vehicles, state": {"as": f"E-{fleet}", **some["state"]} for fleet in FLEETS},
    }
    ends = (
        dt.datetime.combine(dt.date.fromordinal(FIRST), dt.time(12)),
        dt.datetime.combine(dt.date.fromordinal(FIRST + DAYS - 1), dt.time(12)),
    )
    for sort in ("-entered_at", "entered_at", "-probability", "probability"):
        down = sort.startswith("-")
        if sort.endswith("entered_at"):
            middle = cursor_of(micros(since), chance.randrange(count))
            last = cursor_of(micros(ends[0 if down else 1].replace(tzinfo=since.tzinfo)), count)
        else:
            middle = cursor_of(0.9 + chance.randrange(10001) / 100000.0, chance.randrange(count))
            last = cursor_of(0.90001 if down else 0.99999, count)
        for name, asked in {"all": {}, **some}.items():
            yield f"{name}, {sort}", "/v1/leads", {"sort": sort, **asked}
            yield f"{name}, {sort}, middle", "/v1/leads", {"sort": sort, "cursor": middle, **asked}
            if name in _TO_THE_END:
                yield f"{name}, {sort}, last", "/v1/leads", {"sort": sort, "cursor": last, **asked}
    violations: tuple[tuple[str, dict[str, Any]], ...] = (
        ("all", {}),
        ("standing", {"state": "standing"}),
        ("revoked", {"state": "revoked"}),
        ("time", span),
        (f"{FLEETS[1]} own vehicles", {"as": f"E-{FLEETS[1]}"}),
    )
    for name, asked in violations:
        yield f"violations, {name}", "/v1/violations", dict(asked)
        deep = {"cursor": cursor_of(micros(since), "0" * 26)}
        yield f"violations, {name}, middle", "/v1/violations", {**asked, **deep}


def _seldom_met(day: int) -> dict[str, dict[str, Any]]:
    """Return conditions that are each common and never or hardly ever meet: `leads_fill.py` confirms nothing on the roads 4 to 15, nor in the last tenth."""
    road = {"road": f"示意{4 + day % 12}街"}
    late = dt.datetime.combine(
        dt.date.fromordinal(FIRST + DAYS - 60 + day % 30), dt.time(), dt.timezone(dt.timedelta(hours=8))
    )
    hours = {"hour": 6 + day % 16, "weekday": 1 + day % 7}
    assigned = {"road": f"示意{1 + day % 3}街", "state": "assigned"}
    return {
        "never, road, state": {**road, "state": "confirmed"},
        "never, road, state, class": {**road, "state": "confirmed", "vehicle_class": "medium"},
        "never, road, state, hour, weekday": {**road, "state": "confirmed", **hours},
        "never, road, state, enterprise": {**road, "state": "confirmed", "enterprise": f"e{60 + day % 40}"},
        "never, state, time": {
            "state": "confirmed",
            "from": late.isoformat(),
            "to": (late + dt.timedelta(days=30)).isoformat(),
        },
        "hardly, road, state, class, verdict": {**assigned, "vehicle_class": "tractor", "verdict": "undetermined"},
        "hardly, road, state, class": {**assigned, "vehicle_class": "medium"},
        "hardly, road, state, hour, weekday": {**assigned, **hours},
    }


def _two_places_and_few_first(day: int) -> dict[str, dict[str, Any]]:
    """Return two places at once, of which there are no counts, and fewer leads than a page, in time all of the first day of many: see `_seldom_met`."""
    two = {"road": f"示意{1 + day % 3}街", "entry": 1 + day % 19}
    last = dt.datetime.combine(
        dt.date.fromordinal(FIRST + DAYS * 9 // 10 - 1), dt.time(), dt.timezone(dt.timedelta(hours=8))
    )
    confirmed = {"road": f"示意{16 + day % 5}街", "state": "confirmed"}
    return {
        "two places": two,
        "two places, state, class": {**two, "state": "assigned", "vehicle_class": "medium"},
        "few first, road, state, class": {**confirmed, "vehicle_class": "medium", "from": last.isoformat()},
    }


def beside() -> Iterator[Asked]:
    """Yield what pages show beside lists."""
    yield "map, 30 days", "/v1/leads/map", {"box": "110.74,35.12,110.80,35.17"}
    yield "map, 30 days, small", "/v1/leads/map", {"box": "110.76,35.14,110.761,35.141"}
    for by in _FIGURES:
        yield f"statistics by {by}", f"/v1/statistics/leads/{by}", {}
    yield "statistics by hour_weekday, road", "/v1/statistics/leads/hour_weekday", {"road": "示意3街"}
    yield "statistics by week, class", "/v1/statistics/leads/week", {"vehicle_class": "tractor"}
    yield "statistics by road, run", "/v1/statistics/leads/road", {"run": f"run{FIRST + 9}"}
    month = {"from_day": dt.date.fromordinal(FIRST + 300), "to_day": dt.date.fromordinal(FIRST + 330)}
    for by in _FIGURES:
        yield f"statistics by {by}, a month", f"/v1/statistics/leads/{by}", month


class Meter:
    """Asks, and takes what it took.

    Args:
        client: of the service.
        store: its store.
    """

    def __init__(self, client: TestClient, store: Store) -> None:
        """Begin with nothing asked."""
        self.took: dict[str, list[Took]] = {}
        self._client = client
        self._store = store

    def ask(self, name: str, path: str, params: dict[str, Any]) -> None:
        """Ask once."""
        params = dict(params)
        headers = {"x-of": params.pop("as", "")}
        if "statistics" not in path and "map" not in path:
            params["limit"] = 50
        served, worked, began = self._server_ms(), time.process_time(), time.perf_counter()
        answer = self._client.get(path, params=params, headers=headers)
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        assert answer.status_code == HTTPStatus.OK, answer.text
        self.took.setdefault(name, []).append(Took(wall * 1000, cpu * 1000, self._server_ms() - served))

    def _server_ms(self) -> float:
        """Return the processor time of PostgreSQL's processes for this store so far; 0 where they are on another machine."""
        if self._store.is_sqlite:
            return 0.0
        with self._store.engine.connect() as connection:
            pids = connection.scalars(
                sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            ).all()
        files = [Path(f"/proc/{pid}/schedstat") for pid in pids]
        return sum(int(file.read_text().split()[0]) / 1e6 for file in files if file.exists())


def report(took: dict[str, list[Took]]) -> list[str]:
    """Print a line for each kind, the slowest first; return the kinds that are too slow."""

    def p50(name: str) -> float:
        return statistics.median(each.wall for each in took[name])

    for name in sorted(took, key=p50, reverse=True):
        walls, cpus, servers = zip(*took[name], strict=True)
        verdict = "OK" if p50(name) < _MOST_MS else "OVER"
        print(
            f"{name:48} p50 {p50(name):7.1f} ms  max {max(walls):7.1f} ms  cpu p50 {statistics.median(cpus):7.1f} ms  "
            f"server cpu p50 {statistics.median(servers):7.1f} ms  {verdict}"
        )
    every = [each.wall for values in took.values() for each in values]
    p99 = statistics.quantiles(every, n=100)[98] if every[1:] else every[0]
    slow = [name for name in took if p50(name) >= _MOST_MS]
    print(
        f"{len(every)} answers of {len(took)} kinds: p50 {statistics.median(every):.1f} ms, "
        f"p99 {p99:.1f} ms, max {max(every):.1f} ms; "
        f"kinds with p50 >= {_MOST_MS:.0f} ms: {', '.join(slow) or 'none'}"
    )
    return slow


def _explained(store: Store) -> Callable[[], None]:
    """Return what prints how the queries since the last call were done."""
    asked: list[tuple[str, Any]] = []

    @sa.event.listens_for(store.engine, "before_cursor_execute")
    def _heard(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if statement.startswith("SELECT") and "pg_stat_activity" not in statement:
            asked.append((statement, parameters))

    def say() -> None:
        queries, asked[:] = list(asked), []
        how = "EXPLAIN QUERY PLAN " if store.is_sqlite else "EXPLAIN (ANALYZE, BUFFERS) "
        with store.engine.connect() as connection:
            for statement, parameters in queries:
                began = time.perf_counter()
                connection.exec_driver_sql(statement, parameters).all()
                ms = (time.perf_counter() - began) * 1000
                where = " ".join(statement.partition(" FROM ")[2].split())
                print(f"  {ms:7.1f} ms  {where[:300]}")
                for row in connection.exec_driver_sql(how + statement, parameters):
                    print("      ", row[-1])
        asked.clear()

    return say


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--leads", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--explain", action="store_true", help="print what each kind's queries do, once")
    parser.add_argument("--fill", action="store_true", help="fill, and no more")
    return parser.parse_args()


def _known(request: Request) -> Principal:
    """Take who asks for an officer, or for the enterprise that is named."""
    if of := request.headers.get("x-of"):
        return Principal("enterprise", f"account:{of}", account_id=of, enterprise_id=of)
    return Principal("officer", "account:o", account_id="o")


def _measured(store: Store, settings: Settings, given: argparse.Namespace) -> dict[str, list[Took]]:
    """Ask all, as often as was said."""
    app = create_app(settings)
    app.state.identify = _known
    chance = random.Random(1)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        client.get("/v1/leads")
        meter = Meter(client, store)
        explain = _explained(app.state.service.store) if given.explain else None
        for _ in range(1 if explain else given.times):
            for name, path, params in (*pages(given.leads, chance), *beside()):
                if given.only not in name:
                    continue
                meter.ask(name, path, params)
                if explain is not None:
                    print(name, *(f"{each.wall:.1f} ms" for each in meter.took[name]))
                    explain()
    return meter.took


def main() -> int:
    """Measure; what the service writes beside its store goes when it ends."""
    given = _arguments()
    gc.set_threshold(50_000)  # as the command does that serves
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=given.database,
            data_dir=Path(folder),
            demonstration=False,
            rate_per_minute=10**9,
            trip_processes=0,
        )
        return _all(settings, given)


def _all(settings: Settings, given: argparse.Namespace) -> int:
    store = Store(settings.url)
    if not sa.inspect(store.engine).has_table("leads"):
        migrate(store)
        fill(store, given.leads)
    if not is_filled(store, given.leads):
        sys.exit("it is half filled, of another program, or with another number of leads: give an empty one")
    if given.fill:
        return 0
    took = _measured(store, settings, given)
    besides = {name for name, _, _ in beside()}
    slow = []
    for some in (set(took) - besides, set(took) & besides):
        if some:
            slow += report({name: each for name, each in took.items() if name in some})
    if not given.only:
        with store.read() as session:
            for by in _FIGURES:
                same = figures(session, by, Filters(), Days()) == figures(session, by, Filters(least=0.0), Days())
                print(f"counts by {by}: {'as the leads' if same else 'NOT as the leads'}")
    store.close()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
