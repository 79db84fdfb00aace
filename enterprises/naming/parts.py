"""The parts of an enterprise's name: division, trade name, line of business, organisation form, branch.

Source: 企业名称登记管理规定 (State Council order 734), art. 6 (the four parts in this order) and art. 13 (a branch carries the
name of what it belongs to, then 分公司, 分厂, 分店 or the like).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from enterprises.naming import regions
from enterprises.naming.normal import bracketed, looked_alike, without_contacts, without_noise
from enterprises.naming.tables import table

_COMPANY = re.compile(
    r"(?P<group>集团)?(?:控股)?(?P<form>股份有限公司|股份公司|有限责任公司|有限公司|总公司|(?<![分子])公司|有限责任$|有限$)"
)
_NUMBER = re.compile(r"第?([一二三四五六七八九十\d]{1,3})$")
_IN_BRACKETS = re.compile(r"\(([\u4e00-\u9fff]{2,8})\)")
_LEAST_BRAND = 2


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: where (a division's path), the words before its unit, the unit (分公司) without its place."""

    place: regions.Path
    words: str
    unit: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart; what it does not have is empty.

    Attributes:
        text: the whole, normal and without brackets.
        region: the division's path.
        town: below the county.
        house: the group whose name stands before the trade name (潞安, 阳煤).
        brand: the trade name (字号) without the house.
        industry: the words of the line of business, in their one spelling.
        worded: the same as written.
        colloquial: the line of business is said as no register says it (商砼站).
        form: `limited`, `joint_stock`, `plant` …; empty where the name stops before it.
        group: 集团 stands in it.
        branch: a branch or another unit of the enterprise; None for the enterprise itself.
        behind: a division written behind the name, as in 汇鑫商砼（临猗）.
    """

    text: str
    region: regions.Path
    town: str
    house: str
    brand: str
    industry: tuple[str, ...]
    worded: str
    colloquial: bool
    form: str
    group: bool
    branch: Branch | None
    behind: regions.Path

    @property
    def short(self) -> bool:
        """Tell whether the name leaves out its organisation form, as people do when they speak."""
        return not self.form


@lru_cache(maxsize=50_000)
def parts_of(name: str, places: tuple[str, ...] = ()) -> Parts:
    """Take a name apart; `places` as for `regions.leading`."""
    text = without_contacts(without_noise(bracketed(name)))
    text = _read_rightly(text)
    behind, text = _bracketed_region(text)
    text = text.replace("(", "").replace(")", "")
    region, rest = regions.leading(text, places)
    town, rest = regions.town(rest, region)
    head, form, group, branch, tail_place = _form(rest)
    behind = behind or tail_place
    industry, colloquial, brand = _industry(head)
    worded = head[len(brand) :]
    if not industry and form in ("", "company") and branch is None and (found := regions.trailing(head))[0]:
        again = _industry(found[1])
        if again[0]:
            behind, (industry, colloquial, brand) = found[0], again
            worded = found[1][len(brand) :]
    house = _house(brand)
    return Parts(
        text=text,
        region=region,
        town=town,
        house=house,
        brand=brand.removeprefix(house),
        industry=industry,
        worded=worded,
        colloquial=colloquial,
        form=form,
        group=group,
        branch=branch,
        behind=behind,
    )


def _house(brand: str) -> str:
    houses = _words("houses")
    if not brand.startswith(houses):
        return ""
    return next((word for word in houses if brand.startswith(word) and len(brand) > len(word) + 1), "")


@cache
def _words(name: str) -> tuple[str, ...]:
    """Return a list of words of the data, the longest first."""
    return tuple(sorted(table("words")[name], key=len, reverse=True))


def _read_rightly(text: str) -> str:
    """Put right what scans make of the words that stand in every name; no trade name is touched by it."""
    pattern, right = _misread()
    return pattern.sub(lambda found: right[found[0]], text)


@cache
def _misread() -> tuple[re.Pattern[str], dict[str, str]]:
    right = {**table("words")["misread"], **table("regions")["misread"]}
    return re.compile("|".join(sorted(right, key=len, reverse=True))), right


def _bracketed_region(text: str) -> tuple[regions.Path, str]:
    """Take out a bracket that holds nothing but a division, unless 分公司 follows: that is a branch's place."""
    for found in _IN_BRACKETS.finditer(text) if "(" in text else ():
        path = regions.whole(looked_alike(found[1]))
        if path and not text.startswith("分", found.end()) and found.start() > 0:
            return path, text[: found.start()] + text[found.end() :]
    return (), text


def _form(text: str) -> tuple[str, str, bool, Branch | None, regions.Path]:
    """Return what stands before the organisation form, the form, whether 集团 stands there, the branch, a last division."""
    found = _COMPANY.search(text, _LEAST_BRAND)
    if found:
        head, tail = text[: found.start()], text[found.end() :]
        group = found["group"] is not None or head.endswith("集团")
        place = regions.whole(tail)
        branch = None if place or not tail else _branch(tail)
        return head.removesuffix("集团"), _form_name(found["form"]), group, branch, place
    head, branch = _short_branch(text)
    group = "集团" in head
    head = head.replace("集团", "")
    head, form = _plant(_in_full(head))
    return head, form, group, branch, ()


def _in_full(head: str) -> str:
    """Return 张文石料场 for 张文料场; 饮料场, 原料场 and the like are other words."""
    for short, long in table("words")["short"].items():
        if head.endswith(short) and not head.endswith(long) and len(head) >= len(short) + _LEAST_BRAND:
            return head if head[-len(short) - 1] in "石饮原塑材肥饲染燃涂" else head.removesuffix(short) + long
    return head


def _plant(head: str) -> tuple[str, str]:
    """Return what stands before 厂, 场, 合作社 and the like, and which form that is."""
    endings = _endings()
    if not head.endswith(tuple(endings)) or _industry(head)[1]:
        # 商砼站, 搅拌站: what people call a line of business, not an organisation form
        return head, ""
    for ending, form in endings.items():
        if head.endswith(ending) and len(head) - len(ending) >= _LEAST_BRAND:
            return head.removesuffix(ending), form
    return head, ""


@cache
def _endings() -> dict[str, str]:
    """Return the organisation forms that end a name, the longest first."""
    company = ("limited", "company", "joint_stock", "head_office")
    rows = [(word, form) for form, words in table("words")["forms"].items() if form not in company for word in words]
    return dict(sorted(rows, key=lambda row: -len(row[0])))


@cache
def _form_name(word: str) -> str:
    forms: dict[str, list[str]] = table("words")["forms"]
    return next(form for form, words in forms.items() if word in words)


def _branch(tail: str) -> Branch:
    """Return the branch that a text behind the organisation form names; any text there names some unit."""
    for unit in _words("units"):
        if tail.endswith(unit):
            words = tail.removesuffix(unit)
            return Branch(
                regions.whole(words), "" if regions.whole(words) else words, "分公司" if unit == "分" else unit
            )
    return Branch((), tail, "")


def _short_branch(text: str) -> tuple[str, Branch | None]:
    """Return the enterprise and the branch in a name without a company's form: 丰喜肥业临猗分公司."""
    if not text.endswith(_words("units")):
        return text, None
    for unit in _words("units"):
        if not text.endswith(unit) or len(text) - len(unit) < _LEAST_BRAND or unit == "搅拌站":
            continue
        before = text.removesuffix(unit)
        place, head = regions.trailing(before)
        if unit == "分" and not place:
            continue
        number = _NUMBER.search(head if place else before)
        words = number[0] if number else ""
        if unit in ("经营部", "门市部", "销售部", "服务部", "营业部") and not place and not words:
            # an organisation form of sole traders: 张三建材经营部
            continue
        return (head if place else before).removesuffix(words), Branch(place, words, "分公司" if unit == "分" else unit)
    return text, None


@cache
def _industries() -> dict[str, tuple[str, bool]]:
    """Return every word for a line of business with its one spelling, and whether only people say it so."""
    words = table("words")["industries"]
    found: dict[str, tuple[str, bool]] = {word: (word, False) for word in words["words"]}
    for row in words["same"]:
        found |= dict.fromkeys(row, (row[0], False))
    for row in words["said"]:
        found |= {word: (row[0], True) for word in row[1:] if word not in found}
        found.setdefault(row[0], (row[0], False))
    return found


@cache
def _industry_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in _industries()}, reverse=True))


def _industry(head: str) -> tuple[tuple[str, ...], bool, str]:
    """Return the words for the line of business that end a text, whether one is colloquial, and the trade name before."""
    found: list[str] = []
    colloquial = False
    known = _industries()
    while True:
        word = next(
            (
                head[-length:]
                for length in _industry_lengths()
                if len(head) - length >= _LEAST_BRAND and head[-length:] in known
            ),
            None,
        )
        if word is None:
            return tuple(reversed(found)), colloquial, head
        spelling, said = known[word]
        found.append(spelling)
        colloquial |= said
        head = head[: -len(word)]
