"""Fills an empty store with invented leads, millions of them, in SQL and in bounded time: see `leads_store.py`.

Indexes are dropped before and made after. SQLite is filled without a journal and without waiting for the disk: what is killed on the way
is to be deleted. PostgreSQL does not wait for its log, and, where the account may say so, does not ask foreign keys row by row; it fills
two tables at a time, each in the transaction that empties it: with `wal_level=minimal` that needs no log at all.
"""

# ruff: noqa: S608 (invented leads in SQL of our own making)
import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress

import psycopg
import sqlalchemy as sa

from api.store.database import Store
from api.store.tables.leads import FILTERED_BY, Lead, LeadRoad, LeadRun, Violation

DAYS = 730
FIRST = dt.date(2023, 3, 1).toordinal()
PLATES = 50_000
FLEETS = (30, 300)
"""Vehicles of two enterprises, whose lists are those of their own plates."""
_EPOCH = dt.date(1970, 1, 1).toordinal()
_MEMORY_MB = 512
_LANES = 2
_LONG_S = 1.0
_TABLES = (Lead.__table__, LeadRoad.__table__, LeadRun.__table__, Violation.__table__)


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
    day = f"{FIRST} + (number - 1) * {DAYS} / {count}"
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
        SELECT number, {hexed}, 'b', 'T' || {text(_h(3, PLATES))}, '晋M' || {text("10000 + " + _h(3, PLATES))},
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
    basis = f"INSERT INTO bases (id, notice, notice_sha256, zone, zone_sha256, program, options) VALUES ('b', 'n', '0', 'z', '0', '1', '{{}}'{cast})"
    said_of_it = f"""INSERT INTO lead_facts (number, facts, line)
        SELECT number, ('{with_road}'){cast}, '{line}'{cast} FROM leads"""
    if not sqlite:  # the few texts there are become JSON once, not for each lead
        said_of_it = f"""INSERT INTO lead_facts (number, facts, line)
            WITH said AS MATERIALIZED (SELECT n - 1 AS which, ('{facts.replace("ROAD", "'示意'||n||'街'")}')::jsonb AS facts FROM generate_series(1, 20) n)
            SELECT number, said.facts, '{line}'::jsonb FROM leads JOIN said ON which = {_h(1, 20)} ORDER BY number"""
    kept = ", ".join(("entered_at", "number", "probability", *FILTERED_BY))
    parts = [
        said_of_it,
        f"""INSERT INTO lead_roads (road, {kept}) SELECT {road}, {kept} FROM leads
            UNION ALL SELECT CASE WHEN {_h(0, 30000)} = 5 THEN '偏僻巷' ELSE '五一路' END, {kept} FROM leads
                WHERE {_h(0, 2)} = 1 ORDER BY 1, 2, 3""",
        """INSERT INTO lead_runs (run_id, entered_at, number, probability, basis_id)
            SELECT 'run' || CAST(day AS TEXT), entered_at, number, probability, 'b' FROM leads ORDER BY 1, 2, 3""",
        *_beside(sqlite=sqlite, hexed=hexed),
    ]
    counts = (
        "INSERT INTO lead_counts (dimension, value, day, hour, state, verdict, vehicle_class, leads) "
        + " UNION ALL ".join(
            f"""SELECT '{name}', {value}, day, hour, state, verdict, vehicle_class, count(*)
            FROM lead{table} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
            for name, value, table in (
                ("all", "''", "s"),
                ("entry", "CAST(entry_number AS TEXT)", "s"),
                ("enterprise", "coalesce(enterprise_id, '')", "s"),
                ("road", "road", "_roads"),
            )
        )
    )
    indexes = [index for table in _TABLES for index in table.indexes if not index.unique]  # type: ignore[attr-defined]
    made = [str(sa.schema.CreateIndex(index).compile(dialect=store.engine.dialect)) for index in indexes]
    began = time.perf_counter()
    with _filling(store) as run:
        for some in ([f"DROP INDEX {index.name}" for index in indexes], [basis], [lead], parts, [counts, *made]):
            run(some)
        if not sqlite:
            run([f"SELECT setval(pg_get_serial_sequence('leads', 'number'), {count})"])
            run(["VACUUM ANALYZE"])
    print(f"{time.perf_counter() - began:8.0f} s  filled with {count} leads", flush=True)


def is_filled(store: Store, count: int) -> bool:
    """Tell whether a store has so many leads, and all indexes."""
    with store.engine.connect() as connection:
        found = sa.inspect(connection)
        names = {index["name"] for table in _TABLES for index in found.get_indexes(table.name)}  # type: ignore[attr-defined]
        wanted = {index.name for table in _TABLES for index in table.indexes}  # type: ignore[attr-defined]
        return wanted <= names and connection.scalar(sa.select(sa.func.max(Lead.number))) == count


def _beside(*, sqlite: bool, hexed: str) -> Iterator[str]:
    """Yield what else lists show: violations, and the vehicles of two enterprises."""
    cast = "" if sqlite else "::jsonb"
    day = 86_400_000_000
    revoked = f"CASE WHEN {_h(5, 5000)} = 9 THEN entered_at + 9 * {day} END"
    yield f"""INSERT INTO violations (id, number, plate, officer, why, acknowledged, confirmed_at, revoked_at)
        SELECT '0000000000' || upper({hexed}), number, plate, 'officer' || CAST({_h(4, 20)} AS TEXT), 'seen', '[]'{cast},
            entered_at + 5 * {day}, {revoked} FROM leads WHERE state = 'confirmed' ORDER BY number"""
    columns = "id, owner_id, enterprise_id, plate, facts, vehicle_class, confirmed_at, version, added_at"
    vehicle = f"INSERT INTO vehicles ({columns}) VALUES "
    values = f"('{{:026}}', 'o', 'E-{{}}', '晋M{{}}', '{{{{}}}}'{cast}, 'heavy', 1, 1, 1)"
    yield vehicle + ", ".join(
        values.format(number, FLEETS[number >= FLEETS[0]], 10000 + number * 7) for number in range(sum(FLEETS))
    )


@contextmanager
def _filling(store: Store) -> Iterator[Callable[[Iterable[str]], None]]:
    """Open what runs statements, each of them a transaction, and returns when all are done."""
    url = store.url
    store.close()
    if store.is_sqlite:
        lite = sqlite3.connect(str(url.database), isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_MEMORY_MB * 1024}"):
            lite.execute(f"PRAGMA {pragma}")
        with closing(lite):
            yield lambda statements: _in_turn(lite.execute, statements)
        return

    def do(statement: str) -> None:
        with psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        ) as post:
            for setting in (
                f"maintenance_work_mem='{_MEMORY_MB}MB'",
                f"work_mem='{_MEMORY_MB}MB'",
                "synchronous_commit=off",
            ):
                post.execute(f"SET {setting}".encode())
            with suppress(psycopg.errors.InsufficientPrivilege):
                post.execute("SET session_replication_role=replica")
            if statement.lstrip().startswith("INSERT INTO "):
                statement = f"TRUNCATE {statement.split()[2]} CASCADE; {statement}"
            _timed(lambda what: post.execute(what.encode()), statement)

    with ThreadPoolExecutor(_LANES) as lanes:

        def in_lanes(statements: Iterable[str]) -> None:
            for done in [lanes.submit(do, each) for each in statements]:
                done.result()

        yield in_lanes


def _in_turn(do: Callable[[str], object], statements: Iterable[str]) -> None:
    for each in statements:
        _timed(do, each)


def _timed(do: Callable[[str], object], statement: str) -> None:
    """Run a statement, and say so where it took long."""
    began = time.perf_counter()
    do(statement)
    if (took := time.perf_counter() - began) > _LONG_S:
        print(f"{took:8.0f} s  {' '.join(statement.split())[:80]}", flush=True)
