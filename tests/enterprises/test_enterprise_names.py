"""Which enterprise a name means: the labelled pairs, and the rules one by one."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.codes import check_character
from enterprises.errors import EnterpriseError
from enterprises.names import MOST_CANDIDATES, Matcher
from enterprises.naming.parts import parts_of
from enterprises.registry_file import builtin_registry, read_registry

DATA = Path(__file__).parent / "data"
LISTED = [line.name for line in builtin_registry().lists[0].lines]
BODY = "91000000MA0000001"
CODE = BODY + check_character(BODY)


def meant(matcher: Matcher, name: str) -> str | None:
    found = matcher.match(name).match
    return found.name if found else None


def measured(matcher: Matcher, file: str) -> tuple[float, float, int]:
    counts: Counter[str] = Counter()
    rows = [json.loads(line) for line in (DATA / file).read_text("utf-8").splitlines()]
    for row in rows:
        name, expected = meant(matcher, row["written"]), row["expected"]
        counts["meant"] += expected is not None
        counts["right"] += name is not None and name == expected
        counts["matched"] += name is not None
    return counts["right"] / counts["matched"], counts["right"] / counts["meant"], len(rows)


def test_on_the_labelled_pairs_nearly_all_are_found_and_hardly_one_is_wrong(matcher: Matcher) -> None:
    precision, recall, pairs = measured(matcher, "pairs.jsonl")
    assert pairs >= 400
    assert precision >= 0.995
    assert recall >= 0.97


def test_so_it_is_on_pairs_of_other_lists_made_by_other_rules() -> None:
    held_out = Matcher(read_registry(DATA / "held-out.registry.json"))
    precision, recall, _ = measured(held_out, "held-out.jsonl")
    assert precision >= 0.995
    assert recall >= 0.97


def test_a_trade_name_of_two_characters_alone_is_answered_with_candidates(matcher: Matcher) -> None:
    rows = [json.loads(line) for line in (DATA / "pairs.jsonl").read_text("utf-8").splitlines()]
    asked = [row for row in rows if "among" in row]
    assert len(asked) > 10
    for row in asked:
        answer = matcher.match(row["written"])
        assert answer.match is None
        assert row["among"] in {candidate.name for candidate in answer.candidates}


@pytest.mark.parametrize("name", LISTED)
def test_a_listed_name_means_itself_with_score_one(matcher: Matcher, name: str) -> None:
    answer = matcher.match(name)
    assert answer.match is not None
    assert (answer.match.name, answer.match.score, answer.match.why.zh) == (name, 1.0, "名称相同")


@pytest.mark.parametrize(
    ("written", "official"),
    [
        ("临猗县汇鑫商砼有限责任公司", "临猗汇鑫商砼有限公司"),
        ("汇鑫商砼", "临猗汇鑫商砼有限公司"),
        ("臨猗匯鑫商砼有限公司", "临猗汇鑫商砼有限公司"),
        ("临倚汇鑫商砼有限公司", "临猗汇鑫商砼有限公司"),
        ("山西天簇建设工程有限公司", "山西天镞建设工程有限公司"),
        ("鑫得利", "临猗鑫得利纺织印染有限公司"),
        ("丰喜肥业临猗分公司", "潞安丰喜肥业（集团）有限责任公司临猗分公司"),
        ("潞安丰喜肥业(集团)有限责任公司临猗分公司", "潞安丰喜肥业（集团）有限责任公司临猗分公司"),
        ("张文料场", "临猗县牛杜张文石料场"),
        ("国腾建材", "临猗县国腾建筑材料有限公司"),
        ("天镞建设", "山西天镞建设工程有限公司"),
        ("发货单位：临猗汇鑫商砼有限公司（原汇鑫搅拌站）", "临猗汇鑫商砼有限公司"),
    ],
)
def test_what_people_write_is_understood(matcher: Matcher, written: str, official: str) -> None:
    assert meant(matcher, written) == official


@pytest.mark.parametrize(
    ("written", "near", "code"),
    [
        ("临猗鑫利得纺织印染有限公司", "临猗鑫得利纺织印染有限公司", "brand.order"),
        ("鑫利得", "临猗鑫得利纺织印染有限公司", "brand.order"),
        ("临猗县健通商砼有限公司", "临猗县建通商砼有限公司", "brand.homophone"),
        ("山西天族建设工程有限公司", "山西天镞建设工程有限公司", "brand.homophone"),
        ("新汇鑫商砼有限公司", "临猗汇鑫商砼有限公司", "brand.part"),
        ("临猗汇鑫商贸有限公司", "临猗汇鑫商砼有限公司", "industry.other"),
        ("临猗县鼎盛水泥制品有限公司", "临猗县鼎盛水泥有限公司", "industry.part"),
        ("临沂汇鑫商砼有限公司", "临猗汇鑫商砼有限公司", "region.other"),
        ("山西汇鑫商砼有限公司", "临猗汇鑫商砼有限公司", "region.level"),
        ("临猗汇鑫有限公司", "临猗汇鑫商砼有限公司", "industry.missing"),
        ("阳煤丰喜", "山西阳煤丰喜化工有限责任公司", "industry.unsaid"),
        ("山西天镞建设有限公司", "山西天镞建设工程有限公司", "industry.shortened"),
        ("临猗汇鑫商砼股份有限公司", "临猗汇鑫商砼有限公司", "form.other"),
        ("临猗汇鑫商砼集团有限公司", "临猗汇鑫商砼有限公司", "group.other"),
        ("临猗汇鑫商砼有限公司第二分公司", "临猗汇鑫商砼有限公司", "branch.of"),
        ("临猗汇鑫商砼有限公司项目部", "临猗汇鑫商砼有限公司", "branch.of"),
        ("潞安丰喜肥业（集团）有限责任公司", "潞安丰喜肥业（集团）有限责任公司临猗分公司", "branch.parent"),
        ("潞安丰喜肥业（集团）有限责任公司平陆分公司", "潞安丰喜肥业（集团）有限责任公司临猗分公司", "branch.other"),
        ("阳煤丰喜肥业（集团）有限责任公司临猗分公司", "潞安丰喜肥业（集团）有限责任公司临猗分公司", "house.other"),
        ("临猗县牛杜张文石料厂", "临猗县牛杜张文石料场", "form.other"),
    ],
)
def test_another_firm_is_a_candidate_with_the_reason_and_no_match(
    matcher: Matcher, written: str, near: str, code: str
) -> None:
    answer = matcher.match(written)
    assert answer.match is None
    first = answer.candidates[0]
    assert first.name == near
    assert first.score < 0.8
    assert code in {difference.code for difference in first.differences}


def test_a_name_that_fits_two_listed_enterprises_is_answered_with_both(matcher: Matcher) -> None:
    answer = matcher.match("丰喜")
    assert answer.match is None
    assert len(answer.candidates) == 2


def test_characters_that_scans_confuse_never_sound_alike_and_pairs_do_not_chain() -> None:
    from enterprises.naming.sounds import readings  # noqa: PLC0415
    from enterprises.naming.tables import table  # noqa: PLC0415

    pairs = " ".join(table("characters")["alike"]).split()
    assert not {pair[0] for pair in pairs} & {pair[1] for pair in pairs}
    for pair in pairs:
        assert not set(readings(pair[0])) & set(readings(pair[1])), pair


def test_a_credit_code_decides() -> None:
    registry = builtin_registry()
    first, second = list(registry.enterprises)[:2]
    known = Matcher(
        replace(
            registry,
            enterprises={**registry.enterprises, first: replace(registry.enterprises[first], credit_code=CODE)},
        )
    )
    by_code = known.match("随便写的", credit_code=CODE)
    assert by_code.match is not None
    assert by_code.match.enterprise == first
    assert [code for code, _ in by_code.warnings] == ["credit_code.other_name"]
    within = known.match(f"临猗汇鑫商砼 {CODE}")
    assert within.match is not None
    assert within.warnings == ()
    other = BODY[:-1] + "2"
    another = known.match(LISTED[0], credit_code=other + check_character(other))
    assert another.match is None
    assert [code for code, _ in another.warnings] == ["credit_code.other"]
    unknown = known.match(LISTED[1], credit_code=other + check_character(other))
    assert unknown.match is not None
    assert unknown.match.enterprise == second
    bad = known.match(LISTED[0], credit_code="123")
    assert bad.match is not None
    assert [code for code, _ in bad.warnings] == ["credit_code.invalid"]


@given(
    st.text(
        st.sampled_from("临猗县山西运城汇鑫得利商砼有限责任公司集团分厂料场（）()　12AB丰喜肥业天镞簇"),
        min_size=1,
        max_size=30,
    )
)
def test_any_text_is_answered_and_the_sieve_loses_nothing(text: str) -> None:
    registry = builtin_registry()
    matcher, thorough = Matcher(registry), Matcher(registry)
    thorough._may_be_near = lambda _: True  # type: ignore[method-assign]  # noqa: SLF001
    if not text.strip():
        return
    answer, full = matcher.match(text), thorough.match(text)
    assert answer == full
    assert len(answer.candidates) <= MOST_CANDIDATES
    assert all(0 <= candidate.score <= 1 for candidate in answer.candidates)
    scores = [candidate.score for candidate in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    if answer.match:
        assert answer.match.score >= 0.8


@pytest.mark.parametrize("name", ["", "  ", "长" * 201])
def test_no_name_and_a_name_beyond_all_sense_are_refused(matcher: Matcher, name: str) -> None:
    with pytest.raises(EnterpriseError):
        matcher.match(name)


def test_a_name_is_taken_apart_as_the_law_builds_it() -> None:
    parts = parts_of("山西省临猗县牛杜镇张文石料场")
    assert (parts.region[-1], parts.town, parts.brand, parts.industry, parts.form) == (
        "临猗县",
        "牛杜",
        "张文",
        ("石料",),
        "yard",
    )
    branch = parts_of("潞安丰喜肥业（集团）有限责任公司临猗分公司")
    assert (branch.house, branch.brand, branch.group) == ("潞安", "丰喜", True)
    assert branch.branch is not None
    assert (branch.branch.place[-1], branch.branch.unit) == ("临猗县", "分公司")
