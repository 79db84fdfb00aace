"""How fast pages of leads are with millions of them in the store.

    python benchmarks/leads_store.py --database sqlite:////tmp/leads.sqlite --leads 10000000

Fills an empty store with invented leads (deterministic, in SQL), then asks `GET /v1/leads` for pages as people do, each kind with
varied values, first pages and deep ones, and prints the median and the slowest of each kind in milliseconds, and the processor time of
this process (with SQLite that is all there is; on a busy machine it is what can be compared); then statistics, the map, and the figures
of the counts held against those of the leads.
"""

# ruff: noqa: S608, S311, S101, ISC004 (invented leads in SQL of our own making)
import argparse
import datetime as dt
import random
import statistics
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.access.principal import Principal
from api.app import create_app
from api.leads.showing import micros
from api.paging import cursor_of
from api.settings import Settings
from api.store.database import Store
from api.store.lead_search import Filters
from api.store.schema import migrate
from api.store.statistics import Days, figures
from api.store.tables.leads import Lead, LeadRoad, LeadRun

_DAYS = 730
_FIRST = dt.date(2023, 3, 1).toordinal()
_EPOCH = dt.date(1970, 1, 1).toordinal()
_TABLES = (Lead.__table__, LeadRoad.__table__, LeadRun.__table__)
_MOST_MS = 50.0


def _h(number: int, of: int) -> str:
    """Return an SQL expression: a figure below `of` that looks random, the n-th of a lead."""
    factor = (2654435761, 40503, 2246822519, 3266489917, 668265263, 374761393, 2869860233, 3624381081)[number]
    return f"((number * {factor} % 4294967291) * 48271 % 2147483647 % {of})"


def fill(store: Store, count: int) -> None:
    """Fill an empty store."""
    sqlite = store.is_sqlite
    numbers = (
        f"WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < {count}) "
        if sqlite
        else f"WITH n AS (SELECT generate_series(1, {count})::bigint AS number) "
    )
    day = f"{_FIRST} + (number - 1) * {_DAYS} / {count}"
    second = f"(21600 + {_h(0, 57600)})"
    entered = f"((d.day - {_EPOCH}) * 86400 + d.second - 28800) * 1000000"
    text = "CAST({} AS TEXT)".format
    age = f"(CASE WHEN number > {count} * 9 / 10 THEN 55 ELSE 0 END)"
    state = (
        f"CASE WHEN {_h(1, 100)} + {age} < 75 THEN 'dismissed' WHEN {_h(1, 100)} < 83 AND number <= {count} * 9 / 10 "
        f"THEN 'confirmed' WHEN {_h(2, 1000)} = 0 THEN 'merged' WHEN {_h(2, 1000)} < 250 THEN 'assigned' ELSE 'new' END"
    )
    hexed = "printf('%016x', number * 2654435761)" if sqlite else "lpad(to_hex(number * 2654435761), 16, '0')"
    true = "1" if sqlite else "true"
    lead = f"""
        INSERT INTO leads (number, lead_id, basis_id, vehicle_id, plate, entered_at, left_at, offset_min, day, hour, probability,
            verdict, vehicle_class, enterprise_id, entry_number, enforceable, grade, notice, lon, lat, state, assignee, version,
            closed_at, added_at)
        {numbers}, d AS (SELECT number, {day} AS day, {second} AS second, {state} AS state FROM n)
        SELECT number, {hexed}, 'b', 'T' || {text(_h(3, 50000))}, '晋M' || {text("10000 + " + _h(3, 50000))},
            {entered}, {entered} + 400000000, 480, d.day, d.second / 3600, 0.9 + {_h(4, 10001)} / 100000.0,
            CASE WHEN {_h(5, 10)} = 0 THEN 'undetermined' ELSE 'prohibited' END,
            CASE WHEN {_h(6, 100)} < 70 THEN 'heavy' WHEN {_h(6, 100)} < 95 THEN 'medium' WHEN {_h(6, 1000)} < 999 THEN 'tractor'
                ELSE 'special' END,
            CASE WHEN {_h(7, 100)} < 60 THEN NULL WHEN {_h(7, 20000)} = 77 THEN 'rare' ELSE 'e' || {text(_h(7, 100))} END,
            {_h(2, 20)}, {true}, 'schematic', 'linyi-2023-5', 110.75 + {_h(5, 40000)} / 1000000.0,
            35.13 + {_h(6, 30000)} / 1000000.0, d.state, CASE WHEN d.state = 'assigned' THEN 'officer' || {text(_h(4, 20))} END, 1,
            CASE WHEN d.state IN ('new', 'assigned') THEN NULL ELSE {entered} + 864000000000 END, {entered} + 86400000000
        FROM d"""
    facts = """{"fixes":20,"fixes_inside":18,"distance_inside_m":3079.7,"roads":["'||ROAD||'"],"reasons":["ban.heavy_medium",
        "exempt.for_a_person_to_check"],"clauses":["一(一)","四(五)"],"missing":[],"other_readings":[],"permit_status":"none",
        "route":"五一路 由南向北","route_en":"五一路 northward","entry":"crossed","entry_street":"五一路","entry_number":15,
        "entry_from":"丰喜大道","entry_lon":110.772,"entry_lat":35.12816,"exit":"ended_inside","exit_street":"五一路",
        "exit_number":null,"exit_from":null,"exit_lon":110.772,"exit_lat":35.155919,"mean_speed_kmh":30.9,"max_speed_kmh":48.2,
        "depth_max_m":1512.8,"vehicle_facts":["gross_mass_kg=25000"],"why_probability":["path"],"evidence_missing":["picture"],
        "repeat_rule":"none"}""".replace("\n", " ").replace("        ", "")
    road = f"'示意' || {text('1 + ' + _h(1, 20))} || '街'"
    line = "[[110.772,35.128],[110.772,35.14],[110.773,35.15]]"
    cast = "" if sqlite else "::jsonb"
    with_road = facts.replace("ROAD", road)
    statements = [
        "INSERT INTO bases (id, notice, notice_sha256, zone, zone_sha256, program, options) "
        f"VALUES ('b', 'n', '0', 'z', '0', '1', '{{}}'{cast})",
        lead,
        f"INSERT INTO lead_facts (number, facts, line) SELECT number, ('{with_road}'){cast}, '{line}'{cast} FROM leads",
        f"""INSERT INTO lead_roads (road, entered_at, number, probability)
            SELECT {road}, entered_at, number, probability FROM leads
            UNION ALL SELECT CASE WHEN {_h(0, 30000)} = 5 THEN '偏僻巷' ELSE '五一路' END, entered_at, number, probability FROM leads
                WHERE {_h(0, 2)} = 1 ORDER BY 1, 2, 3""",
        """INSERT INTO lead_runs (run_id, entered_at, number, probability, basis_id)
            SELECT 'run' || CAST(day AS TEXT), entered_at, number, probability, 'b' FROM leads ORDER BY 1, 2, 3""",
        *(
            f"""INSERT INTO lead_counts (dimension, value, day, hour, state, verdict, vehicle_class, leads)
            SELECT '{name}', {value}, day, hour, state, verdict, vehicle_class, count(*)
            FROM leads{more} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
            for name, value, more in (
                ("all", "''", ""),
                ("entry", "CAST(entry_number AS TEXT)", ""),
                ("enterprise", "coalesce(enterprise_id, '')", ""),
                ("road", "road", " JOIN lead_roads USING (number, entered_at)"),
            )
        ),
    ]
    indexes = [index for table in _TABLES for index in table.indexes]  # type: ignore[attr-defined]
    began = time.perf_counter()
    for statement in [*(f"DROP INDEX {index.name}" for index in indexes), *statements]:
        with store.write() as session:
            session.connection().exec_driver_sql(statement.replace("%", "%%") if not sqlite else statement)
        print(f"{time.perf_counter() - began:8.0f} s  {' '.join(statement.split())[:60]}", flush=True)
    for index in indexes:
        with store.write() as session:
            index.create(session.connection())
        print(f"{time.perf_counter() - began:8.0f} s  {index.name}", flush=True)
    if not sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    print(f"{time.perf_counter() - began:8.0f} s  filled with {count} leads", flush=True)


def pages(count: int, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield kinds of pages, with values."""
    day = chance.randrange(_DAYS)
    since = dt.datetime.combine(dt.date.fromordinal(_FIRST + day), dt.time(), dt.timezone(dt.timedelta(hours=8)))
    span = {"from": since.isoformat(), "to": (since + dt.timedelta(days=chance.choice((1, 7, 30)))).isoformat()}
    deep = cursor_of(micros(since), chance.randrange(count))
    deep_p = cursor_of(0.9 + chance.randrange(10001) / 100000.0, chance.randrange(count))
    some = {
        "road": {"road": f"示意{chance.randrange(1, 21)}街"},
        "rare road": {"road": "偏僻巷"},
        "enterprise": {"enterprise": f"e{chance.randrange(60, 100)}"},
        "rare enterprise": {"enterprise": "rare"},
        "class": {"vehicle_class": chance.choice(("heavy", "medium", "tractor", "special"))},
        "state": {"state": chance.choice(("new", "assigned", "confirmed", "dismissed", "merged"))},
        "verdict": {"verdict": "undetermined"},
        "plate": {"plate": f"晋M{10000 + chance.randrange(50000)}"},
        "run": {"run": f"run{_FIRST + day}"},
        "assignee": {"assignee": f"officer{chance.randrange(20)}"},
        "time": span,
        "probability": {"probability_from": 0.9 + chance.random() / 10},
        "hour, weekday": {"hour": chance.randrange(6, 22), "weekday": chance.randrange(1, 8)},
        "entry": {"entry": chance.randrange(1, 20)},
        "narrow probability": {"probability_from": 0.95, "probability_to": 0.95002},
    }
    some |= {
        "hour, weekday, state": {**some["hour, weekday"], **some["state"]},
        "hour, weekday, entry": {**some["hour, weekday"], **some["entry"]},
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
    }
    for sort, cursor in (
        ("-entered_at", deep),
        ("entered_at", deep),
        ("-probability", deep_p),
        ("probability", deep_p),
    ):
        yield f"all, {sort}", {"sort": sort}
        yield f"all, {sort}, deep", {"sort": sort, "cursor": cursor}
        for name, asked in some.items():
            yield f"{name}, {sort}", {"sort": sort, **asked}
            if not sort.startswith("-"):
                continue
            yield f"{name}, {sort}, deep", {"sort": sort, "cursor": cursor, **asked}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--leads", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=15)
    given = parser.parse_args()
    settings = Settings(database_url=given.database, demonstration=False)
    store = Store(settings.url)
    if not sa.inspect(store.engine).has_table("leads"):
        migrate(store)
        fill(store, given.leads)
    app = create_app(settings)
    app.state.identify = lambda _request: Principal("officer", "account:o", account_id="o")
    chance = random.Random(1)
    took: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        client.get("/v1/leads")
        for _ in range(given.times):
            for name, params in pages(given.leads, chance):
                began, worked = time.perf_counter(), time.process_time()
                answer = client.get("/v1/leads", params={"limit": 50, **params})
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                cpu.setdefault(name, []).append((time.process_time() - worked) * 1000)
                assert answer.status_code == HTTPStatus.OK, answer.text
        every = [each for values in took.values() for each in values]
        for name, values in sorted(took.items(), key=lambda item: -statistics.median(item[1])):
            print(f"{name:45} p50 {statistics.median(values):7.1f} ms   max {max(values):7.1f} ms   "
                  f"cpu p50 {statistics.median(cpu[name]):7.1f} ms")  # fmt: skip
        slow = [name for name, values in took.items() if statistics.median(values) >= _MOST_MS]
        print(f"all {len(every)} pages of {len(took)} kinds: p50 {statistics.median(every):.1f} ms, "
              f"p99 {statistics.quantiles(every, n=100)[98]:.1f} ms, max {max(every):.1f} ms; "
              f"kinds with p50 >= {_MOST_MS:.0f} ms: {slow or 'none'}")  # fmt: skip
        others = [("map, 30 days", "/v1/leads/map", {"box": "110.74,35.12,110.80,35.17"})]
        others += [("map, 30 days, small", "/v1/leads/map", {"box": "110.76,35.14,110.761,35.141"})]
        for by in ("hour_weekday", "road", "entry", "enterprise", "week", "state"):
            others.append((f"statistics by {by}", f"/v1/statistics/leads/{by}", {}))
        others.append(("statistics by hour_weekday, road", "/v1/statistics/leads/hour_weekday", {"road": "示意3街"}))
        others.append(("statistics by week, class", "/v1/statistics/leads/week", {"vehicle_class": "tractor"}))
        others.append(("statistics by road, run", "/v1/statistics/leads/road", {"run": f"run{_FIRST + 9}"}))
        for name, path, params in others:
            values = []
            for _ in range(5):
                began = time.perf_counter()
                assert client.get(path, params=params).status_code == HTTPStatus.OK
                values.append((time.perf_counter() - began) * 1000)
            print(f"{name:45} p50 {statistics.median(values):7.1f} ms   max {max(values):7.1f} ms")
    with store.read() as session:
        for by in ("hour_weekday", "road", "entry", "enterprise", "week", "state"):
            kept = figures(session, by, Filters(), Days())
            asked = figures(session, by, Filters(least=0.0), Days())
            print(f"counts by {by}: {'as the leads' if kept == asked else 'NOT as the leads'}")


if __name__ == "__main__":
    main()
