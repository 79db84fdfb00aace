"""What a written name and an official one differ in, part by part, and what that means.

A difference is one of three. *Spelling* and *omission*: the same enterprise may well be written so. *Doubt*: a firm that
differs in this alone can exist beside the listed one, so it is a candidate and no match. *Conflict*: the two cannot be
the same unless somebody erred. The ground of it is 企业名称登记管理规定 (State Council order 734): within one registering authority
no two firms of one line of business have one trade name (art. 17), so division, trade name and line of business together say
who is meant, and each of them taken otherwise says somebody else.
"""

from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from enterprises.errors import Text
from enterprises.naming import regions
from enterprises.naming.normal import looked_alike
from enterprises.naming.parts import Parts
from enterprises.naming.sounds import sounds

# in a doubt or conflict the score says how near, never more than this
MOST_DOUBTED, MOST_CONTRADICTED = 0.79, 0.59
_EACH_DOUBT = 0.06
# a name without its line of business must say who is meant otherwise: three characters of its own, or two and the county or branch
# (阳煤丰喜 alone is what people call a group, not one of its firms)
_TELLING = 3
_COUNTY_LEVEL = 3
_NEAR = 1


class Weight(IntEnum):
    """How much a difference means."""

    SPELLING = 0
    DOUBT = 1
    CONFLICT = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its code, what it means, what it takes from the score, and the words for it."""

    code: str
    weight: Weight
    cost: float
    text: Text


def _spelling(code: str, cost: float, zh: str, en: str) -> Difference:
    return Difference(code, Weight.SPELLING, cost, Text(zh, en))


def _doubt(code: str, zh: str, en: str, cost: float = 0.08) -> Difference:
    return Difference(code, Weight.DOUBT, cost, Text(zh, en))


def _conflict(code: str, zh: str, en: str, cost: float = 0.2) -> Difference:
    return Difference(code, Weight.CONFLICT, cost, Text(zh, en))


def differences(written: Parts, official: Parts) -> list[Difference]:
    """Return what a written name and an official one differ in; nothing where they are one name."""
    if written.text == official.text:
        return []
    found = [
        _brand(written, official),
        _house(written, official),
        _industry(written, official),
        _region(written, official),
        _town(written, official),
        _form(written, official),
        _group(written, official),
        *_branch(written, official),
    ]
    there = [difference for difference in found if difference is not None]
    return there or [_spelling("spelling", 0.01, "写法不同，含义相同", "spelt otherwise, the same in meaning")]


def score_of(found: list[Difference]) -> float:
    """Return a score from 0 to 1: 1 the same name, 0.8 and more a match, less a candidate."""
    score = 1.0 - sum(difference.cost for difference in found)
    doubts = sum(difference.weight is Weight.DOUBT for difference in found)
    conflicts = sum(difference.weight is Weight.CONFLICT for difference in found)
    if conflicts:
        score = min(score, MOST_CONTRADICTED - _EACH_DOUBT * (conflicts - 1 + doubts))
    elif doubts:
        score = min(score, MOST_DOUBTED - _EACH_DOUBT * (doubts - 1))
    else:
        score = max(score, 0.8)
    return round(max(score, 0.0), 3)


def _brand(written: Parts, official: Parts) -> Difference | None:
    if written.brand == official.brand:
        return None
    return _other_brand(written.brand, official.brand)


def _other_brand(ours: str, theirs: str) -> Difference:
    if looked_alike(ours) == looked_alike(theirs):
        return _spelling(
            "brand.look_alike", 0.05, f"字号形近字：{ours}/{theirs}", f"look-alike characters: {ours}/{theirs}"
        )
    if set(sounds(ours)) & set(sounds(theirs)):
        return _doubt(
            "brand.homophone",
            f"字号同音不同字：{ours}/{theirs}，常是另一家",
            f"the trade name sounds alike, {ours}/{theirs}: often another firm",
        )
    if sorted(ours) == sorted(theirs):
        return _doubt(
            "brand.order",
            f"字号字序不同：{ours}/{theirs}",
            f"the trade name's characters in another order: {ours}/{theirs}",
            0.15,
        )
    return _unlike_brand(ours, theirs)


def _unlike_brand(ours: str, theirs: str) -> Difference:
    if ours and theirs and (ours in theirs or theirs in ours):
        return _conflict(
            "brand.part", f"字号多字或少字：{ours}/{theirs}", f"a longer or shorter trade name: {ours}/{theirs}"
        )
    if len(theirs) > _NEAR and OSA.distance(ours, theirs, score_cutoff=_NEAR) <= _NEAR:
        return _conflict(
            "brand.character", f"字号差一字：{ours}/{theirs}", f"one character of the trade name: {ours}/{theirs}", 0.25
        )
    likeness = ratio(ours, theirs) / 100
    return _conflict(
        "brand.other", f"字号不同：{ours}/{theirs}", f"another trade name: {ours}/{theirs}", 0.6 - 0.2 * likeness
    )


def _house(written: Parts, official: Parts) -> Difference | None:
    if written.house == official.house:
        return None
    if written.house and official.house:
        return _conflict(
            "house.other",
            f"所属集团不同：{written.house}/{official.house}",
            f"another group: {written.house}/{official.house}",
        )
    if official.house and written.short and written.industry:
        return _spelling("house.left_out", 0.06, f"省略 {official.house}", f"{official.house} left out")
    word = official.house or written.house
    return _doubt("house.missing", f"一方没有 {word}", f"only one of the names has {word}")


def _industry(written: Parts, official: Parts) -> Difference | None:
    ours, theirs = written.industry, official.industry
    if ours == theirs:
        return _industry_worded(written, official)
    words = "、".join(theirs) or "-"
    if not ours:
        return _without_industry(written, official, words)
    if not theirs:
        return _conflict(
            "industry.added", f"官方名称没有行业 {'、'.join(ours)}", f"the official name has no {', '.join(ours)}"
        )
    if theirs[: len(ours)] == ours:
        return _shortened("".join(ours), "".join(theirs), short=written.short)
    return _other_industry("".join(ours), "".join(theirs))


def _shortened(ours: str, theirs: str, *, short: bool) -> Difference:
    if short:
        return _spelling("industry.shortened", 0.05, f"行业略写（{theirs}）", f"line of business shortened ({theirs})")
    return _doubt("industry.shortened", f"行业少写：{ours}/{theirs}", f"less of the line of business: {ours}/{theirs}")


def _other_industry(ours: str, theirs: str) -> Difference:
    part = ours in theirs or theirs in ours
    return _conflict(
        "industry.part" if part else "industry.other",
        f"行业不同：{ours}/{theirs}",
        f"another line of business: {ours}/{theirs}",
        0.15 if part else 0.25,
    )


def _industry_worded(written: Parts, official: Parts) -> Difference | None:
    if written.worded == official.worded:
        return None
    both = f"{written.worded}/{official.worded}"
    if not (written.colloquial or official.colloquial):
        return _spelling(
            "industry.synonym", 0.04, f"行业同义词：{both}", f"another word for the line of business: {both}"
        )
    if written.short:
        return _spelling(
            "industry.colloquial", 0.05, f"行业是口头说法：{both}", f"the line of business as people say it: {both}"
        )
    return _doubt("industry.colloquial", f"行业写法不同：{both}", f"the line of business is worded otherwise: {both}")


def _without_industry(written: Parts, official: Parts, words: str) -> Difference:
    if not written.short and official.form not in ("plant", "yard"):
        return _doubt(
            "industry.missing",
            f"全称里没有行业（{words}）：不写行业的可以是另一家",
            f"a full name without a line of business ({words}) can be another firm's",
        )
    county = len(written.region) >= _COUNTY_LEVEL and written.region == official.region
    branch = written.branch is not None and written.branch == official.branch
    if len(written.brand) >= (_TELLING - 1 if county or branch else _TELLING):
        return _spelling("industry.left_out", 0.12, f"省略行业（{words}）", f"line of business left out ({words})")
    return _doubt(
        "industry.unsaid",
        f"只有字号 {written.brand}，没有行业（{words}），不足以认定",
        f"the trade name {written.brand} alone, without the line of business ({words}), does not say who is meant",
    )


def _region(written: Parts, official: Parts) -> Difference | None:
    ours, theirs = written.region or written.behind, official.region
    if (
        written.region
        and written.behind
        and written.behind != theirs
        and not _within(written.behind, theirs)
        and official.branch is None
    ):
        ours = written.behind
    if ours == theirs:
        return _behind(written, official)
    if not ours:
        return _spelling("region.left_out", 0.04, "省略行政区划", "division left out")
    mine, its = regions.bare(ours[-1]), regions.bare(theirs[-1]) if theirs else "-"
    if not theirs:
        return _doubt("region.added", f"官方名称没有行政区划 {mine}", f"the official name has no {mine}")
    if _within(ours, theirs) or _within(theirs, ours):
        return _doubt(
            "region.level",
            f"行政区划层级不同：{mine}/{its}，登记机关不同，可以是两家",
            f"divisions of different level, {mine}/{its}: different authorities, so there can be two firms",
        )
    return _conflict("region.other", f"行政区划不同：{mine}/{its}", f"another division: {mine}/{its}")


def _behind(written: Parts, official: Parts) -> Difference | None:
    if not written.region and written.behind and official.branch is None:
        return _spelling("region.behind", 0.03, "行政区划写在后面", "the division stands behind")
    return None


def _within(inner: regions.Path, outer: regions.Path) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _town(written: Parts, official: Parts) -> Difference | None:
    if written.town == official.town:
        return None
    if not written.town:
        return _spelling("town.left_out", 0.03, f"省略乡镇 {official.town}", f"the town {official.town} left out")
    if not official.town:
        return _doubt("town.added", f"官方名称没有乡镇 {written.town}", f"the official name has no town {written.town}")
    return _conflict(
        "town.other", f"乡镇不同：{written.town}/{official.town}", f"another town: {written.town}/{official.town}"
    )


def _form(written: Parts, official: Parts) -> Difference | None:
    ours, theirs = written.form, official.form
    if ours == theirs:
        return None
    if not ours:
        return _spelling("form.left_out", 0.02, "省略组织形式", "organisation form left out")
    if "company" in (ours, theirs) and {ours, theirs} <= {"company", "limited"}:
        return _spelling("form.company", 0.02, "写作“公司”", "written 公司 only")
    return _doubt(
        "form.other",
        "组织形式不同：是另一个主体，或已改制",
        "another organisation form: another legal person, or a converted one",
    )


def _group(written: Parts, official: Parts) -> Difference | None:
    if written.group == official.group:
        return None
    if official.group and (written.short or (written.branch is not None and written.branch == official.branch)):
        return _spelling("group.left_out", 0.03, "省略“集团”", "集团 left out")
    return _doubt(
        "group.other",
        "一方有“集团”：集团公司与成员企业是两家",
        "only one of them has 集团: a group's parent and its members are different",
    )


def _branch(written: Parts, official: Parts) -> list[Difference]:
    ours, theirs = written.branch, official.branch
    if ours == theirs:
        return []
    if theirs is None:
        assert ours is not None  # noqa: S101 - one of two that differ
        said = "".join((regions.bare(ours.place[-1]) if ours.place else "", ours.words, ours.unit))
        return [
            _doubt(
                "branch.of", f"是其分支或内设机构（{said}），不是它本身", f"a branch or unit of it ({said}), not itself"
            )
        ]
    if ours is None:
        if written.behind and written.behind == theirs.place:
            if not written.short:
                return [_doubt("branch.place_only", "没有写“分公司”", "分公司 is not said")]
            return [_spelling("branch.place_only", 0.05, "只写了分公司所在地", "only the branch's place is said")]
        return [_doubt("branch.parent", "写的是总公司，名单上是分公司", "the parent is written, its branch is listed")]
    return [_conflict("branch.other", "是另一家分公司", "another branch")]
