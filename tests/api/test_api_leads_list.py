"""Lists of leads: what a brute-force search finds, in that order, in pages that nothing shifts."""

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lead_filters import any_of, fits
from lead_rows import START, added, row

from api.paging import cursor_of
from api.store import lead_conditions, lead_search
from api.store.database import Store
from api.store.lead_counts import recount
from api.store.lead_roads import follow
from api.store.lead_search import Filters, Order, every_lead, key_of, leads_found
from api.store.statistics import Days, figures
from api.store.tables.leads import Lead
from api.store.tables.vehicles import Vehicle

ROADS = ("五一路", "北环路", "示意一街")
CLASSES = ("heavy", "medium", "tractor")
STATES = ("new", "assigned", "confirmed", "dismissed")
SignedIn = Callable[..., TestClient]


def mixed(count: int) -> list[dict[str, Any]]:
    chance = random.Random(7)  # noqa: S311
    return [
        row(
            n,
            at=START + dt.timedelta(minutes=chance.randrange(0, 600, 7)),
            roads=chance.sample(ROADS, chance.randrange(1, 3)),
            probability=chance.choice((0.9, 0.95, 0.95, 0.99)),
            vehicle_class=chance.choice(CLASSES),
            verdict=chance.choice(("prohibited", "undetermined")),
            enterprise_id=chance.choice((None, "e1", "e2")),
            plate=chance.choice((None, "晋M11111", "晋M22222")),
            entry_number=chance.choice((None, 3, 15)),
        )
        for n in range(count)
    ]


def filled(store: Store, tmp_path: Path) -> list[dict[str, Any]]:
    """Store leads in two runs, in all states; return what is known of them."""
    rows = mixed(160)
    added(store, rows[:100], tmp_path, run="run-1")
    added(store, rows[80:], tmp_path, run="run-2")
    chance = random.Random(8)  # noqa: S311
    known = []
    with store.write() as session:
        for number, one in enumerate(rows):
            lead = session.scalars(sa.select(Lead).where(Lead.lead_id == one["lead_id"])).one()
            recount(session, [lead.number], -1)
            lead.state = chance.choice(STATES)
            lead.assignee = chance.choice(("o1", "o2")) if lead.state != "new" else None
            session.flush()
            follow(session, lead)
            recount(session, [lead.number], 1)
            runs = {name for name, has in (("run-1", number < 100), ("run-2", number >= 80)) if has}
            at = dt.datetime.fromisoformat(one["entered_at"])
            known.append(
                {**one, "at": at, "state": lead.state, "assignee": lead.assignee, "number": lead.number, "runs": runs}
            )
    return known


INSTANTS = [START + dt.timedelta(minutes=minutes) for minutes in (-1, 0, 7, 70, 300, 600)]
FILTERS = st.builds(
    Filters,
    since=any_of(*INSTANTS),
    until=any_of(*INSTANTS),
    road=any_of(*ROADS, "没有这条路"),
    enterprise_id=any_of("e1", "e2", "e3"),
    vehicle_class=any_of(*CLASSES),
    least=any_of(0.9, 0.95, 0.951, 1.0),
    most=any_of(0.9, 0.95, 0.99),
    state=any_of(*STATES, "merged"),
    verdict=any_of("prohibited", "undetermined"),
    plates=any_of(("晋M11111",), ("晋M11111", "晋M22222"), ("晋M99999",), ()),
    run_id=any_of("run-1", "run-2", "run-3"),
    assignee=any_of("o1", "o2"),
    hour=any_of(9, 12, 23),
    weekday=any_of(3, 4),
    entry=any_of(3, 15, 99, "none"),
)
ORDERS = st.builds(Order, st.sampled_from(("entered_at", "probability")), st.booleans())


@pytest.mark.parametrize(("rare", "looked_at"), [(0, 400), (3, 400), (5000, 400), (0, 2), (3, 5)])
def test_any_filters_in_any_order_find_what_brute_force_finds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rare: int, looked_at: int
) -> None:
    known = filled(store, tmp_path)
    monkeypatch.setattr(lead_search, "_LOOKED_AT", looked_at)
    monkeypatch.setattr(lead_search, "_WALKED_SOON", looked_at)
    monkeypatch.setattr(lead_conditions.Asked, "__init__", _rarer(rare))

    @given(FILTERS, ORDERS, st.integers(1, 30))
    @hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def check(filters: Filters, order: Order, together: int) -> None:
        by = (lambda one: (one["at"], one["number"])) if order.by == "entered_at" else None
        by = by or (lambda one: (one["probability"], one["number"]))
        wanted = sorted((one for one in known if fits(one, filters)), key=by, reverse=order.descending)
        with store.read() as session:
            found = [lead.lead_id for page in every_lead(session, filters, order, together=together) for lead in page]
        assert found == [one["lead_id"] for one in wanted], asdict(filters)

    check()


@pytest.mark.parametrize("rare", [0, 5000])
def test_a_page_after_any_key_begins_there_or_at_the_bound_whichever_is_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    known = filled(store, tmp_path)
    monkeypatch.setattr(lead_conditions.Asked, "__init__", _rarer(rare))
    spans = st.builds(Filters, since=any_of(*INSTANTS), until=any_of(*INSTANTS), hour=any_of(9), road=any_of(*ROADS))
    likely = st.builds(Filters, least=any_of(0.9, 0.95, 0.951), most=any_of(0.9, 0.95, 0.99), hour=any_of(9, 12))
    times = st.tuples(st.just("entered_at"), spans, st.sampled_from(INSTANTS))
    probabilities = st.tuples(st.just("probability"), likely, st.sampled_from((0.89, 0.9, 0.93, 0.95, 0.99, 1.0)))

    @given(st.one_of(times, probabilities), st.booleans(), st.integers(0, 170))
    @hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def check(asked: tuple[Any, Filters, Any], down: bool, number: int) -> None:  # noqa: FBT001
        by, filters, value = asked
        keys = {
            one["lead_id"]: (one["at"] if by == "entered_at" else one["probability"], one["number"]) for one in known
        }
        fitting = [one["lead_id"] for one in known if fits(one, filters)]
        after = (value, number)
        wanted = [one for one in fitting if (keys[one] < after if down else keys[one] > after)]
        with store.read() as session:
            found = [lead.lead_id for lead in leads_found(session, filters, Order(by, down), limit=200, after=after)]
        assert found == sorted(wanted, key=keys.__getitem__, reverse=down)

    check()


def _rarer(rare: int) -> Callable[..., None]:
    """Let conditions count as rare at another figure, so that both ways of searching are taken with few leads."""
    made = lead_conditions.Asked.__init__

    def init(self: Any, *args: object, **more: object) -> None:  # noqa: ANN401
        made(self, *args, **more)
        if 0 < self.rare < 2**31:
            object.__setattr__(self, "rare", rare)

    return init


def test_statistics_of_any_filters_are_what_brute_force_counts(store: Store, tmp_path: Path) -> None:
    rows = mixed(160)
    added(store, rows, tmp_path)
    known = [
        {**one, "at": dt.datetime.fromisoformat(one["entered_at"]), "state": "new", "assignee": None, "runs": {"run-1"}}
        for one in rows
    ]
    keys: dict[str, Callable[[dict[str, Any]], list[tuple[Any, ...]]]] = {
        "hour_weekday": lambda one: [(one["at"].weekday(), one["at"].hour)],
        "road": lambda one: [(road,) for road in set(one["roads"])],
        "entry": lambda one: [("" if one["entry_number"] is None else str(one["entry_number"]),)],
        "enterprise": lambda one: [(one["enterprise_id"] or "",)],
        "week": lambda one: [(one["at"].date().toordinal() - one["at"].weekday(),)],
        "state": lambda one: [(one["state"],)],
    }

    @given(FILTERS, st.sampled_from(sorted(keys)))
    @hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def check(filters: Filters, by: Any) -> None:  # noqa: ANN401
        filters = Filters(**{**asdict(filters), "since": None, "until": None})
        wanted: dict[tuple[Any, ...], int] = {}
        for one in known:
            if fits(one, filters):
                for key in keys[by](one):
                    wanted[key] = wanted.get(key, 0) + 1
        with store.read() as session:
            found = figures(session, by, filters, Days())
        assert {one[:-1]: one[-1] for one in found} == wanted

    check()


def test_pages_lose_and_repeat_nothing_while_leads_come_in(store: Store, tmp_path: Path) -> None:
    there = [row(n, at=START + dt.timedelta(minutes=2 * n)) for n in range(60)]
    added(store, there, tmp_path)
    seen: list[str] = []
    after = None
    order = Order()
    for turn in range(100):
        with store.read() as session:
            rows = leads_found(session, Filters(), order, limit=7, after=after)
            seen += [lead.lead_id for lead in rows[:7]]
            if len(rows) <= 7:
                break
            after = key_of(rows[6], order)
        added(
            store,
            [row(1000 + turn * 3 + k, at=START + dt.timedelta(minutes=11 * turn + 50 * k)) for k in range(3)],
            tmp_path,
        )
    assert len(seen) == len(set(seen))
    assert {one["lead_id"] for one in there} <= set(seen)


def test_a_page_names_the_next_until_the_last(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(25)], tmp_path)
    officer = signed_in("officer")
    for sort in ("-entered_at", "entered_at", "-probability", "probability"):
        seen, cursor = [], None
        while True:
            page = officer.get(
                "/v1/leads", params={"limit": 10, "sort": sort, **({"cursor": cursor} if cursor else {})}
            ).json()
            seen += [lead["lead_id"] for lead in page["leads"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 25


def test_times_are_in_the_notices_zone_and_bounds_may_be_in_any(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    added(store, [row(n, at=START + dt.timedelta(hours=n)) for n in range(3)], tmp_path)
    officer = signed_in("officer")
    page = officer.get("/v1/leads", params={"from": "2024-05-08T02:00:00Z", "to": "2024-05-08T11:00:00+08:00"}).json()
    assert [lead["entered_at"] for lead in page["leads"]] == ["2024-05-08T10:00:00+08:00"]


@pytest.mark.parametrize(
    "asked",
    [
        "from=2024-05-08T00:00:00", "from=x", "to=x", "road=%00", "road=", "probability_from=nan", "probability_from=2",
        "probability_to=-0.1", "state=open", "verdict=allowed", "plate=%00", "plate=12", "limit=0", "limit=501", "limit=x",
        "sort=plate", "cursor=x", "cursor=WzFd", "run=%00", "assignee=%00", "assignee=%E4%B8%80",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_the_field(unchanged: SignedIn, asked: str) -> None:
    answer = unchanged("officer").get(f"/v1/leads?{asked}")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["field"] == f"query.{asked.partition('=')[0]}"


@pytest.mark.parametrize(
    "key",
    [[10**18, 1], [-(10**18), 1], [2**62, 2**62], [0, 0], [1e308, 1], [float("inf"), 1], [True, 1], ["a", 1], {}, None],
)
def test_a_cursor_that_nobody_made_is_answered_or_refused(
    signed_in: SignedIn,
    store: Store,
    tmp_path: Path,
    key: Any,  # noqa: ANN401
) -> None:
    added(store, [row(1)], tmp_path)
    cursor = cursor_of(*key) if isinstance(key, list) else cursor_of(key)
    for sort in ("-entered_at", "probability"):
        assert signed_in("officer").get("/v1/leads", params={"cursor": cursor, "sort": sort}).status_code in (200, 422)


def test_plates_are_masked_for_those_without_the_right(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(1, plate="晋M12345", vehicle_id="晋M·12345")], tmp_path)
    full = signed_in("officer").get("/v1/leads").json()
    assert (full["plates"], full["leads"][0]["plate"]) == ("full", "晋M12345")
    for reader in (
        signed_in("admin"),
        signed_in("officer", "key-1", scopes=frozenset({"leads.read"})),
    ):
        page = reader.get("/v1/leads").json()
        assert page["plates"] == "masked"
        assert page["leads"][0]["plate"] == "晋M***45"
        assert any("车牌" in said for said in page["says"])
        one = reader.get(f"/v1/leads/{page['leads'][0]['lead_id']}")
        everything = one.text + json.dumps(page, ensure_ascii=False)
        assert "12345" not in everything
        assert reader.get("/v1/leads", params={"plate": "晋M12345"}).status_code == 403


def test_leads_of_the_schematic_area_say_so_wherever_they_are_shown(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    added(store, [row(1, grade="schematic")], tmp_path)
    officer = signed_in("officer")
    page = officer.get("/v1/leads").json()
    one = officer.get(f"/v1/leads/{page['leads'][0]['lead_id']}").json()
    shown = officer.get("/v1/leads/map", params={"box": "110.7,35.1,110.8,35.2"}).json()
    for answer, lead in ((page, page["leads"][0]), (one, one), (shown, shown["features"][0]["properties"])):
        assert lead["grade"] == "schematic"
        assert lead["fit_for_enforcement"] is False
        assert any("示意" in said for said in answer["says"])


def test_one_lead_is_read_again_only_when_it_changed(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(1)], tmp_path)
    officer = signed_in("officer")
    url = f"/v1/leads/{row(1)['lead_id']}"
    first = officer.get(url)
    assert first.json()["basis"]["notice_sha256"] == "a" * 64
    assert officer.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    acted = officer.post(f"{url}/assign", json={"assignee": "me"}, headers={"If-Match": first.headers["etag"]})
    assert acted.status_code == 200
    assert officer.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_lead_that_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    assert signed_in("officer").get(f"/v1/leads/{'0' * 16}").status_code == 404
    assert signed_in("officer").get("/v1/leads/x").status_code == 422


def test_the_map_counts_what_is_too_much_to_draw(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(40)], tmp_path)
    officer = signed_in("officer")
    box = {"box": "110.7,35.1,110.8,35.2"}
    drawn = officer.get("/v1/leads/map", params=box).json()
    counted = officer.get("/v1/leads/map", params={**box, "limit": 39}).json()
    assert (drawn["clustered"], len(drawn["features"]), drawn["leads"]) == (False, 40, 40)
    assert counted["clustered"]
    assert sum(feature["properties"]["leads"] for feature in counted["features"]) == 40
    assert officer.get("/v1/leads/map", params={"box": "0,0,1,1"}).json()["features"] == []
    for bad in ("1,1,0,0", "1,2,3", "a,b,c,d", "nan,0,1,1", "-999,0,1,1", "0,0,0,0"):
        assert officer.get("/v1/leads/map", params={"box": bad}).status_code == 422


@pytest.mark.parametrize("role", ["driver", "enterprise"])
def test_a_driver_sees_the_leads_of_confirmed_own_vehicles_alone(
    signed_in: SignedIn, store: Store, tmp_path: Path, role: str
) -> None:
    added(store, [row(n, plate=f"晋M1111{n}") for n in range(4)], tmp_path)
    own = {"owner_id": "d1", "enterprise_id": "e1", "facts": {}, "vehicle_class": "heavy"}
    with store.write() as session:
        session.add(Vehicle(plate="晋M11111", confirmed_at=START, **own))
        session.add(Vehicle(plate="晋M11112", **own))  # anybody can write a plate into a form
        session.add(Vehicle(plate="晋M11113", confirmed_at=START, **{**own, "owner_id": "d2", "enterprise_id": "e2"}))
    driver = signed_in(role, "d1", enterprise_id="e1" if role == "enterprise" else None)
    page = driver.get("/v1/leads").json()
    assert [lead["plate"] for lead in page["leads"]] == ["晋M11111"]
    assert driver.get("/v1/leads", params={"plate": "晋M11113"}).json()["leads"] == []
    assert driver.get(f"/v1/leads/{row(1)['lead_id']}").status_code == 200
    for other in (0, 2, 3):
        assert driver.get(f"/v1/leads/{row(other)['lead_id']}").status_code == 404
        if role == "driver":
            url = f"/v1/leads/{row(other)['lead_id']}/track"
            assert driver.get(url, params={"why": "好奇"}).status_code == 404
    assert driver.get("/v1/violations").json()["violations"] == []
    assert driver.get("/v1/leads/map", params={"box": "110.7,35.1,110.8,35.2"}).status_code == 403
    assert signed_in(role, "nobody").get("/v1/leads").json()["leads"] == []
