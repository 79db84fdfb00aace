"""Makes the labelled pairs of names that the matcher was developed with: written name, official name or none, rule.

    python benchmarks/enterprise_pairs.py > tests/enterprises/data/pairs.jsonl

Every pair is made from the published list by a rule that is written down here, or is the name of another firm that no
list has (invented, or plainly generic). The label follows from the rule, not from the matcher. `expected` null with
`among` set: the name does not say who is meant; none is right, and the enterprise should be among the candidates.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from enterprises.registry_file import builtin_registry

SEED = 18
Pair = tuple[str, str | None, str]


def words(part: str) -> Callable[[str], list[str]]:
    """Return a reader of one part of `enterprise_words.json`, the words that pairs are made with."""
    table = json.loads(Path(__file__).with_name("enterprise_words.json").read_text("utf-8"))[part]
    return lambda name: " ".join(table[name]).split()


_WORDS = words("pairs")
# homophones and near ones that other firms use; characters that only a bad scan puts there
SOUND_ALIKE = {word.partition(":")[0]: word.partition(":")[2].split("/") for word in _WORDS("sound_alike")}
LOOK_ALIKE = dict(word.split(":") for word in _WORDS("look_alike"))
OTHER_BRAND_CHARACTERS = _WORDS("other_brand_characters")[0]
OTHER_INDUSTRIES, OTHER_PLACES = _WORDS("other_industries"), _WORDS("other_places")
GENERIC, INVENTED_BRANDS = _WORDS("generic"), _WORDS("invented_brands")
TRADITIONAL = str.maketrans("临县汇纺织业国团责", "臨縣匯紡織業國團責")


def parts(name: str) -> tuple[str, str, str, str, str]:
    """Return division, town, trade name, line of business and form of a listed name, taken apart by hand-written words."""
    region = next((word for word in ("临猗县", "运城市", "临猗", "山西") if name.startswith(word)), "")
    rest = name.removeprefix(region)
    town = next((word for word in ("庙上", "牛杜") if rest.startswith(word)), "")
    rest = rest.removeprefix(town)
    form = next(
        word
        for word in ("（集团）有限责任公司临猗分公司", "有限责任公司", "有限公司", "厂", "场")
        if rest.endswith(word)
    )
    rest = rest.removesuffix(form)
    brand = max((word for word in (*SOUND_ALIKE, "潞安丰喜", "阳煤丰喜") if rest.startswith(word)), key=len)
    return region, town, brand, rest.removeprefix(brand), form


def true_pairs(name: str) -> Iterator[Pair]:
    """Yield writings of a listed name that mean it."""
    _region, town, brand, industry, _form = parts(name)
    yield name, name, "verbatim"
    yield " ".join(name), name, "spaces"
    yield name.replace("（", "(").replace("）", ")").translate(TRADITIONAL), name, "traditional"
    yield f"“{name}”（盖章）", name, "stamp"
    yield f"{name} 0359-1234567", name, "telephone"
    yield from _of_a_company(name)
    yield from _of_a_place(name)
    yield from _worded(name)
    if industry == "商砼":
        yield f"{brand}商砼站", name, "as people say"
    for right, wrong in LOOK_ALIKE.items():
        if right in name:
            yield name.replace(right, wrong), name, "look-alike"
    if len(brand) == len("鑫得利") and not town:
        yield brand, name, "three characters alone"
    if industry in ("纺织印染", "沥青制作"):
        yield f"{brand}{industry[:2]}", name, "business shortened"
    if brand.endswith("丰喜"):
        yield from _of_a_group(name)


def _of_a_place(name: str) -> Iterator[Pair]:
    region, town, brand, industry, form = parts(name)
    rest = f"{town}{brand}{industry}{form}"
    written = {
        "临猗": ("临猗县", "山西省运城市临猗县", "山西临猗"),
        "临猗县": ("临猗", "山西省运城市临猗县", "山西临猗县"),
        "运城市": ("运城", "山西省运城市"),
        "山西": ("山西省",),
    }
    for division in written.get(region, ()):
        yield f"{division}{rest}", name, "division otherwise"


def _worded(name: str) -> Iterator[Pair]:
    region, town, brand, industry, form = parts(name)
    if town:
        yield f"{town}{brand}{industry}{form}", name, "from the town"
        yield f"{region}{brand}{industry}{form}", name, "no town"
        yield f"{region}{town}{'乡' if town == '庙上' else '镇'}{brand}{industry}{form}", name, "town said"
    for short, long in (("商砼", "商品混凝土"), ("商砼", "混凝土"), ("建筑材料", "建材"), ("建材", "建筑材料")):
        if industry == short:
            yield f"{region}{brand}{long}{form}", name, "synonym"
            yield f"{brand}{long}", name, "synonym, short"


def _of_a_company(name: str) -> Iterator[Pair]:
    region, _, brand, industry, form = parts(name)
    if form in ("有限公司", "有限责任公司"):
        other = {"有限公司": "有限责任公司", "有限责任公司": "有限公司"}[form]
        yield f"{region}{brand}{industry}{other}", name, "limited"
        yield f"{region}{brand}{industry}公司", name, "company"
        yield f"{region}{brand}{industry}", name, "no form"
        yield f"{brand}{industry}", name, "trade name and business"
        yield f"{brand}{industry}{form}", name, "no division"
        yield (
            f"{brand}{industry}（{region}）{form}" if region.startswith("临猗") else name,
            name,
            "division in brackets",
        )


def _of_a_group(name: str) -> Iterator[Pair]:
    if name.endswith("分公司"):
        for text in (
            "潞安丰喜肥业集团有限责任公司临猗分公司", "潞安丰喜肥业（集团）有限公司临猗分公司", "潞安丰喜肥业临猗分公司", "丰喜肥业临猗分公司",
            "潞安丰喜肥业有限责任公司临猗分公司", "潞安丰喜肥业(集团)有限责任公司临猗县分公司", "潞安丰喜临猗分公司", "潞安丰喜肥业集团临猗分公司",
            "潞安丰喜肥业〔集团〕有限责任公司（临猗）分公司", "丰喜肥业集团临猗分公司", "丰喜肥业（集团）临猗分公司",
        ):  # fmt: skip
            yield text, name, "group and branch"
    else:
        yield "阳煤丰喜化工", name, "no form"
        yield "丰喜化工", name, "group left out"
        yield "山西阳煤丰喜化工公司", name, "company"


def near_misses(name: str, draw: random.Random) -> Iterator[Pair]:
    """Yield names close to a listed one that are other firms', or do not say whose they are."""
    region, town, brand, industry, form = parts(name)
    front, back = f"{region}{town}", f"{industry}{form}"
    for other in SOUND_ALIKE.get(brand, ()):
        yield f"{front}{other}{back}", None, "homophone"
    turned = [*brand]
    turned[-1], turned[-2] = turned[-2], turned[-1]
    yield f"{front}{''.join(turned)}{back}", None, "characters exchanged"
    for place in range(len(brand)):
        other = draw.choice([c for c in OTHER_BRAND_CHARACTERS if c not in brand])
        yield f"{front}{brand[:place]}{other}{brand[place + 1 :]}{back}", None, "one other character"
    yield f"{front}新{brand}{back}", None, "a character before"
    yield f"{front}{brand}源{back}", None, "a character behind"
    for other in draw.sample([word for word in OTHER_INDUSTRIES if not word.startswith(industry[:2])], 3):
        yield f"{front}{brand}{other}有限公司", None, "other business"
    for other in draw.sample(OTHER_PLACES, 3):
        yield f"{other}{brand}{back}", None, "other place"
    yield from _of_another_level(name)
    yield f"{front}{brand}{industry}股份有限公司", None, "joint stock"
    if form in ("有限公司", "有限责任公司"):
        yield f"{name}{draw.choice(['运城', '万荣', '第二', '平陆'])}分公司", None, "a branch of it"
        yield f"{name}{draw.choice(['项目部', '搅拌站', '门市部'])}", None, "a unit of it"
        yield f"{front}{brand}{industry}集团有限公司", None, "group"
        yield f"{front}{brand}有限公司", None, "no business in full"
        yield f"{front}{brand}{industry}厂", None, "plant"
    yield from _parents_and_short(name)


def _of_another_level(name: str) -> Iterator[Pair]:
    region, _town, brand, industry, form = parts(name)
    back = f"{industry}{form}"
    if region.startswith("临猗"):
        yield f"运城市{brand}{back}", None, "city's firm"
        yield f"山西{brand}{back}", None, "province's firm"
    elif region:
        yield f"临猗县{brand}{back}", None, "county's firm"


def _parents_and_short(name: str) -> Iterator[Pair]:
    """Yield what does not say who is meant, and the parent and sisters of a branch."""
    brand = parts(name)[2]
    if len(brand) == len("汇鑫"):
        yield brand, None, f"among:{name}"
    if name.endswith("临猗分公司"):
        for text in (
            "潞安丰喜肥业（集团）有限责任公司", "潞安丰喜肥业集团", "丰喜肥业", "潞安丰喜肥业（集团）有限责任公司平陆分公司",
            "阳煤丰喜肥业（集团）有限责任公司临猗分公司", "潞安丰喜化工有限责任公司临猗分公司",
            "山西丰喜肥业（集团）股份有限公司临猗分公司",
        ):  # fmt: skip
            yield text, None, "parent or sister"


def others(draw: random.Random) -> Iterator[Pair]:
    """Yield names of firms that are not listed: generic ones, and invented ones with words of the listed."""
    for name in GENERIC:
        yield name, None, "generic"
    for brand in INVENTED_BRANDS:
        for _ in range(3):
            place = draw.choice(["临猗县", "临猗", "运城市", "山西", "万荣县", ""])
            industry = draw.choice(
                ["商砼", "建材", "水泥", "气体", "化工", "纺织印染", "建设工程", "商贸", *OTHER_INDUSTRIES]
            )
            yield (
                f"{place}{brand}{industry}{draw.choice(['有限公司', '有限公司', '有限责任公司', ''])}",
                None,
                "another firm",
            )


def pairs() -> list[Pair]:
    """Return all pairs, each written name once; a name that two rules label differently is a fault of the rules."""
    draw = random.Random(SEED)  # noqa: S311
    registry = builtin_registry()
    names = [line.name for line in registry.lists[-1].lines]
    found: dict[str, Pair] = {}
    for pair in [
        *(pair for name in names for pair in true_pairs(name)),
        *(pair for name in names for pair in near_misses(name, draw)),
        *others(draw),
    ]:
        before = found.setdefault(pair[0], pair)
        if before[1] != pair[1]:
            message = f"{pair[0]} has two labels: {before[1:]} and {pair[1:]}"
            raise ValueError(message)
    return list(found.values())


def main() -> None:
    """Print the pairs as JSON lines."""
    for written, official, rule in pairs():
        among = rule.removeprefix("among:") if rule.startswith("among:") else None
        row = {"written": written, "expected": official, "rule": "trade name alone" if among else rule}
        sys.stdout.write(json.dumps(row | ({"among": among} if among else {}), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
