"""What counts as one occasion: the same whatever order the leads come in, and no lead is lost."""

import dataclasses
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from driving import WUYI, at, drive, judged, noisy
from hypothesis import given
from hypothesis import strategies as st

from truckban.notices.model import Repeats
from truckban.traces.lead.leads import Lead
from truckban.traces.lead.repeats import NO_RULE, counted_once, repeats_words

_WHY = {"zh": "试验", "en": "a test"}


@cache
def _one() -> Lead:
    with TemporaryDirectory() as folder:
        [lead] = judged(Path(folder), noisy(drive(WUYI, at("10:00:00")), 1)).leads
    return lead


def _lead(minute: int, *, lasts: int = 5, vehicle: str = "T1", roads: tuple[str, ...] = ("五一路",)) -> Lead:
    begin_s = at("00:00:00") + 60 * minute
    day, rest = divmod(minute, 1440)
    return dataclasses.replace(
        _one(),
        lead_id=f"{vehicle}-{minute:05}-{lasts:03}-{'-'.join(roads)}",
        vehicle_id=vehicle,
        begin_s=begin_s,
        end_s=begin_s + 60 * lasts,
        entered_at=f"2024-05-{8 + day:02}T{rest // 60:02}:{rest % 60:02}:00+08:00",
        roads=roads,
        incident_id=None,
        repeat_rule=None,
    )


def _policy(unit: str, gap: float = 0.0) -> Repeats:
    return Repeats.model_validate({"unit": unit, "merge_gap_minutes": gap, "source": "试验", "why": _WHY})


def _incidents(leads: list[Lead], policy: Repeats | None) -> dict[str, str | None]:
    return {lead.lead_id: lead.incident_id for lead in counted_once(leads, policy, leads)}


LEADS = st.lists(
    st.builds(
        _lead,
        st.integers(0, 4 * 1440),
        lasts=st.integers(1, 90),
        vehicle=st.sampled_from(["T1", "T2"]),
        roads=st.sampled_from([("五一路",), ("示意二街",), ("五一路", "示意二街"), ()]),
    ),
    max_size=12,
    unique_by=lambda lead: lead.lead_id,
)
POLICIES = st.one_of(st.none(), st.builds(_policy, st.sampled_from(["passage", "day", "road"]), st.integers(0, 600)))


@given(leads=LEADS, policy=POLICIES, data=st.data())
def test_the_order_of_the_leads_does_not_matter(leads: list[Lead], policy: Repeats | None, data: st.DataObject) -> None:
    assert _incidents(leads, policy) == _incidents(data.draw(st.permutations(leads)), policy)


@given(leads=LEADS, policy=POLICIES)
def test_all_leads_stay_and_each_incident_is_called_by_its_first(leads: list[Lead], policy: Repeats | None) -> None:
    counted = counted_once(leads, policy, leads)
    assert [lead.lead_id for lead in counted] == [lead.lead_id for lead in leads]
    by_id = {lead.lead_id: lead for lead in counted}
    for lead in counted:
        assert lead.incident_id is not None
        first = by_id[lead.incident_id]
        assert first.incident_id == first.lead_id
        assert first.vehicle_id == lead.vehicle_id
        assert first.begin_s <= lead.begin_s


@given(leads=LEADS, policy=POLICIES)
def test_another_vehicle_changes_nothing(leads: list[Lead], policy: Repeats | None) -> None:
    own = [lead for lead in leads if lead.vehicle_id == "T1"]
    assert _incidents(own, policy).items() <= _incidents(leads, policy).items()


@given(leads=LEADS, unit=st.sampled_from(["passage", "day", "road"]), gap=st.integers(0, 300), more=st.integers(0, 300))
def test_a_longer_gap_only_joins(leads: list[Lead], unit: str, gap: int, more: int) -> None:
    narrow, wide = (_incidents(leads, _policy(unit, minutes)) for minutes in (gap, gap + more))
    for lead, incident in narrow.items():
        assert wide[lead] == wide[str(incident)]


@given(leads=LEADS, policy=POLICIES)
def test_counting_twice_changes_nothing(leads: list[Lead], policy: Repeats | None) -> None:
    once = counted_once(leads, policy, leads)
    assert counted_once(once, policy, once) == once


def test_without_a_rule_every_passage_counts_and_every_lead_says_so() -> None:
    morning, noon = _lead(600), _lead(610)
    counted = counted_once([morning, noon], None, [morning, noon])
    assert len({lead.incident_id for lead in counted}) == 2
    assert {lead.repeat_rule for lead in counted} == {"none"}
    assert repeats_words(None) == NO_RULE


def test_parts_of_one_passage_that_touch_are_one() -> None:
    assert len(set(_incidents([_lead(600, lasts=10), _lead(610)], None).values())) == 1


def test_a_chain_of_short_gaps_is_one_occasion() -> None:
    leads = [_lead(600), _lead(620), _lead(640), _lead(700)]
    assert len(set(_incidents(leads, _policy("passage", 15)).values())) == 2


def test_a_long_lead_is_not_forgotten_behind_a_short_one() -> None:
    leads = [_lead(600, lasts=100), _lead(610, lasts=5), _lead(705)]
    assert len(set(_incidents(leads, _policy("passage", 10)).values())) == 1


def test_by_the_day_the_local_day_counts() -> None:
    leads = [_lead(600), _lead(1300), _lead(1440 + 5)]
    assert len(set(_incidents(leads, _policy("day")).values())) == 2


def test_by_the_road_only_what_shares_one_is_joined() -> None:
    leads = [_lead(600), _lead(610, roads=("示意二街",)), _lead(620, roads=("示意二街", "北环路"))]
    assert len(set(_incidents(leads, _policy("road", 30)).values())) == 2


def test_what_is_no_lead_belongs_to_no_incident() -> None:
    lead, lawful = _lead(600), _lead(700)
    counted = counted_once([lead, lawful], None, [lead])
    assert [part.incident_id for part in counted] == [lead.lead_id, None]


def test_the_policy_is_said_with_where_it_is_from() -> None:
    words = repeats_words(_policy("road", 30))
    assert "30 分钟" in words.zh
    assert "试验" in words.zh
    assert "30 minutes" in words.en
