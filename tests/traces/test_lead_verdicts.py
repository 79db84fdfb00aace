"""Deciding each kind of case once gives every part the verdict that it would get alone."""

import dataclasses
import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from driving import law
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truckban.norms import Notice
from truckban.notices.load import load_notice
from truckban.permits import Permit, PermitList
from truckban.places import PlaceFacts
from truckban.traces.in_or_out.passages import Passage
from truckban.traces.lead.leads import Law, judge
from truckban.traces.lead.tracks import Own
from truckban.traces.lead.verdicts import Judgement, quoted
from truckban.vehicle_facts import VehicleFacts, read_vehicle
from truckban.verdict import Question, Verdict, decide

if TYPE_CHECKING:
    from truckban.traces.fixes import Fixes

PACKS = sorted((Path(__file__).parents[1] / "notices" / "packs").glob("*.yaml"))
NOTICES = [law()[0], *map(load_notice, PACKS)]
PLATES = (None, "晋M12345", "晋M23457", "晋A1234D")
STREETS = (None, frozenset[str](), frozenset({"五一路"}), frozenset({"五一路", "示意二街"}))

vehicles = st.fixed_dictionaries(
    {},
    optional={
        "vehicle_type": st.sampled_from(
            [
                "重型自卸货车",
                "中型厢式货车",
                "轻型厢式货车",
                "中型货车",
                "重型专项作业车",
                "小型轿车",
                "其他",
                "重型厢式自卸货车",
            ]
        ),
        "length_mm": st.sampled_from([4000, 5999, 6000, 6001, 8600.0]),
        "gross_mass_kg": st.sampled_from([1800, 4499, 4500, 8000, 8001, 12000, 25000]),
        "energy": st.sampled_from(["diesel", "electric", "fuel_cell"]),
        "service": st.sampled_from(["police", "clearance", "sanitation", "medical_waste"]),
        "on_duty": st.booleans(),
        "plate": st.sampled_from(PLATES[1:]),
    },
)
permits = st.lists(
    st.builds(
        Permit,
        plate=st.sampled_from([plate for plate in PLATES if plate]),
        valid_from=st.sampled_from([None, dt.date(2024, 5, 8)]),
        valid_to=st.sampled_from([None, dt.date(2024, 5, 7), dt.date(2024, 5, 9)]),
        windows=st.sampled_from([(), ("22:00-07:00",), ("09:00-11:00", "13:00-14:00")]),
        roads=st.sampled_from([None, frozenset({"五一路"}), frozenset({"示意二街"})]),
        status=st.sampled_from(["active", "revoked"]),
    ),
    max_size=4,
)
cases = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1715050000, 1715050000 + 4 * 86400), st.sampled_from(STREETS)),
    min_size=1,
    max_size=25,
)


def _told(verdict: Verdict, vehicle: VehicleFacts, notice: Notice) -> tuple[object, ...]:
    """Return what a lead takes of a verdict."""
    return (
        verdict.verdict,
        verdict.enforceable,
        verdict.vehicle_class,
        tuple((reason.code, reason.clause) for reason in verdict.reasons),
        verdict.missing,
        tuple(reading["reading"] for reading in verdict.other_readings),
        quoted(verdict, vehicle.given, notice),
    )


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.id)
@settings(max_examples=times(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fields=st.lists(vehicles, min_size=10, max_size=10), held=permits, asked=cases)
def test_a_kind_decided_once_is_what_each_would_be_alone(
    notice: Notice,
    fields: list[dict[str, object]],
    held: list[Permit],
    asked: list[tuple[int, int, frozenset[str] | None]],
) -> None:
    fleet = [read_vehicle(given, notice.facts) for given in fields]
    own = Own(PermitList(held))
    masks = dict.fromkeys(notice.zones, 1)
    some = [fleet[number] for number, _, _ in asked]
    t_s = np.array([at for _, at, _ in asked], np.float64)
    nowhere = np.full(len(asked), 110.77), np.full(len(asked), 35.14)
    found = Judgement(notice, masks, own).verdicts(some, t_s, *nowhere, [on for _, _, on in asked])
    for verdict, vehicle, (_, at, on) in zip(found, some, asked, strict=True):
        place = PlaceFacts("inside", masks, on, 110.77, 35.14, mapped=True)
        mine = PermitList([permit for permit in held if vehicle.plate in (None, permit.plate)])
        alone = decide(notice, Question(vehicle, dt.datetime.fromtimestamp(at, tz=dt.UTC), place, mine))
        assert _told(verdict, vehicle, notice) == _told(alone, vehicle, notice)


def _passage(vehicle: int, start_s: float, minutes: int) -> Passage:
    n = minutes * 2
    t_s = start_s + 30.0 * np.arange(n, dtype=np.float64)
    lon, lat = np.full(n, 110.7720), np.linspace(35.130, 35.155, n)
    yes = np.ones(n, np.bool_)
    return Passage(vehicle, t_s, lon, lat, yes, yes, probability=0.99)


@settings(max_examples=times(10), deadline=None)
@given(
    fields=st.lists(vehicles, min_size=3, max_size=3),
    held=permits,
    drives=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 86400), st.integers(1, 60)), min_size=1, max_size=6),
)
def test_passages_judged_together_are_what_each_is_alone(
    fields: list[dict[str, object]], held: list[Permit], drives: list[tuple[int, int, int]]
) -> None:
    notice, ground = law()
    fleet = [read_vehicle(given, notice.facts) for given in fields]
    by = Law(notice, ground, fleet, PermitList(held))
    passages = [_passage(vehicle, 1715050000.0 + at, minutes) for vehicle, at, minutes in drives]
    fixes = cast("Fixes", _Named())
    together = judge(passages, fixes, by)
    alone = [lead for passage in passages for lead in judge([passage], fixes, by)]
    assert [lead.row() for lead in together] == [lead.row() for lead in alone]
    for passage in passages:
        parts = [lead for lead in together if lead.passage is passage]
        assert parts[0].begin_s == passage.t_s[0]
        assert parts[-1].end_s == passage.t_s[-1]
        assert all(a.end_s == b.begin_s for a, b in pairwise(parts))


@dataclasses.dataclass
class _Named:
    """Fixes of which only the vehicles' names are known, as where they were read on another machine."""

    vehicle_ids: tuple[str, ...] = ("T1", "T2", "T3")
    t_s: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
