"""Makes labelled pairs from lists of firms that do not exist, by rules other than those of `enterprise_pairs.py`.

    python benchmarks/enterprise_held_out.py tests/enterprises/data [--seed 734]

writes `held-out.registry.json` (the invented lists as a registry) and `held-out.jsonl` (the pairs). It was written to find
what the development pairs do not show: other counties, lines of business that no table of the program has, trade names
drawn at random, misreadings that are in no table. All firms are invented; a likeness to one that exists is chance.
"""

import argparse
import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from enterprise_pairs import words

from enterprises.draft import Draft, DraftLine
from enterprises.importing import with_list
from enterprises.registry import Registry
from enterprises.registry_file import written

SEED = 734
FIRMS = 60
_WORDS = words("held_out")
CHARACTERS = _WORDS("characters")[0]
PLACES, TRADES = _WORDS("places"), _WORDS("trades")
# a scanner's and a typist's errors, collected without a look at the program's tables
SCANNED = dict(word.split(":") for word in _WORDS("scanned"))
TYPED = dict(word.split(":") for word in _WORDS("typed"))
FORMS = ["有限公司"] * 10 + ["有限责任公司"] * 5 + ["股份有限公司"] * 2 + ["厂"] * 3 + ["专业合作社"]


@dataclass(frozen=True)
class Firm:
    """An invented firm."""

    place: str
    brand: str
    trade: str
    form: str

    @property
    def name(self) -> str:
        """Return its name in full."""
        return f"{self.place}{self.brand}{self.trade}{self.form}"


def firms(draw: random.Random) -> list[Firm]:
    """Return firms with trade names of two (mostly), three or four characters."""
    found: dict[str, Firm] = {}
    while len(found) < FIRMS:
        brand = "".join(draw.sample(CHARACTERS, draw.choice([2, 2, 2, 3, 3, 4])))
        found.setdefault(brand, Firm(draw.choice(PLACES), brand, draw.choice(TRADES), draw.choice(FORMS)))
    return list(found.values())


def meant(firm: Firm, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield writings that mean a firm, with their rule."""
    place, brand, trade, form = firm.place, firm.brand, firm.trade, firm.form
    yield firm.name, "in full"
    yield firm.name[:4] + "\n" + firm.name[4:], "a line's end within"
    yield f"【{firm.name}】", "in lenticular brackets"
    yield "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in firm.name) + "　", "wide space"
    suffix = place[-1] if place[-1] in "县市区" else ""
    if suffix and len(place) > len("绛县"):
        yield place.removesuffix(suffix) + brand + trade + form, "county without its word"
    if not suffix:
        yield f"{place}县{brand}{trade}{form}", "county with its word"
    if form in ("有限公司", "有限责任公司"):
        yield f"{place}{brand}{trade}{'有限责任公司' if form == '有限公司' else '有限公司'}", "limited"
        yield f"{place}{brand}{trade}", "without a form"
        yield f"{place}{brand}{trade}有限", "cut off"
    yield f"{brand}{trade}{form}", "without its place"
    if len(trade) + len(brand) >= len("汇鑫商砼"):
        yield f"{brand}{trade}", "trade name and trade"
    place_of = draw.randrange(len(brand))
    if brand[place_of] in SCANNED:
        yield f"{place}{brand[:place_of]}{SCANNED[brand[place_of]]}{brand[place_of + 1 :]}{trade}{form}", "scanned"


def not_meant(firm: Firm, all_firms: list[Firm], draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield names of firms that are not this one and on no list."""
    place, brand, trade, form = firm.place, firm.brand, firm.trade, firm.form
    for number, character in enumerate(brand):
        if character in TYPED:
            yield (
                f"{place}{brand[:number]}{TYPED[character]}{brand[number + 1 :]}{trade}{form}",
                "another of that sound",
            )
    changed = draw.randrange(len(brand))
    other = draw.choice([c for c in CHARACTERS if c not in brand and SCANNED.get(c) != brand[changed]])
    yield f"{place}{brand[:changed]}{other}{brand[changed + 1 :]}{trade}{form}", "another character"
    yield f"{place}{brand[::-1]}{trade}{form}", "backwards"
    yield f"{place}{draw.choice('大老小金')}{brand}{trade}{form}", "a character in front"
    elsewhere = draw.choice([word for word in PLACES if not word.startswith(place[:2])])
    yield f"{elsewhere}{brand}{trade}{form}", "elsewhere"
    yield f"山西省{brand}{trade}{form}", "of the province"
    for sold in draw.sample([word for word in TRADES if word not in trade and trade not in word], 2):
        yield f"{place}{brand}{sold}{form}", "another trade"
    stranger = draw.choice([one for one in all_firms if one.brand != brand])
    yield f"{place}{brand[0]}{stranger.brand[-1]}{draw.choice(TRADES)}有限公司", "a stranger"
    if form.endswith("公司"):
        yield f"{firm.name}{draw.choice(['运城', '西安', '第一', '城南', '二'])}分公司", "branch"
        yield f"{firm.name}{draw.choice(['驻运城办事处', '三车间', '仓库', '销售处'])}", "part of it"
        yield f"{place}{brand}{trade}集团{form}", "a group"
        yield f"{place}{brand}{trade}{'有限公司' if form.startswith('股份') else '股份有限公司'}", "another form"
        yield f"{place}{brand}集团有限公司", "a group without trade"
    yield f"{place}{trade}{form}", "no trade name"


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    out = given.out
    draw = random.Random(given.seed)  # noqa: S311
    made = firms(draw)
    draft = Draft(
        "held-out",
        "0" * 64,
        tuple(DraftLine(firm.name, number) for number, firm in enumerate(made, start=1)),
        title="虚构",
        issued=dt.date(2024, 1, 1),
    )
    registry = with_list(Registry("虚构", "held-out", (), {}, invented=True), draft, list_id="held-out")
    (out / "held-out.registry.json").write_bytes(written(registry))
    names = {firm.name for firm in made}
    rows: dict[str, tuple[str | None, str]] = {}
    for firm in made:
        for text, rule in meant(firm, draw):
            rows.setdefault(text, (firm.name, rule))
    for firm in made:
        for text, rule in not_meant(firm, made, draw):
            if text not in names:
                rows.setdefault(text, (None, rule))
    with (out / "held-out.jsonl").open("w", encoding="utf-8") as file:
        for text, (official, rule) in rows.items():
            file.write(json.dumps({"written": text, "expected": official, "rule": rule}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
