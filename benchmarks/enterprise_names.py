"""How well and how fast written names are matched with the published list, beside a plain `rapidfuzz` ratio.

    python benchmarks/enterprise_names.py [--names 1000000] [--seeds 1,2,3]

First table: precision (right ones of those matched) and recall (matched of those that mean a listed enterprise) on the labelled
pairs, on the held-out pairs, and on more held-out lists of other seeds. The plain ratio takes the most alike official name above a
threshold; it is shown at the threshold with the best F1, at 90 and at the lowest one with a precision of 0.995; two of these are chosen on
the very pairs they are measured on, which favours them. Second table: names a second of processor time, every name different, one thread.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from enterprise_pairs import words
from rapidfuzz import fuzz, process

from enterprises.names import Matcher
from enterprises.registry import Registry
from enterprises.registry_file import builtin_registry, read_registry

DATA = Path(__file__).parents[1] / "tests" / "enterprises" / "data"
WANTED_PRECISION = 0.995
USUAL_CUT = 90
Row = tuple[str, str | None]


@dataclass(frozen=True)
class Rates:
    """How many were matched rightly, wrongly, and how many should have been."""

    right: int
    wrong: int
    meant: int

    @property
    def precision(self) -> float:
        """Return the share of right ones among those matched; 1 where none was."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return the share of those that mean a listed enterprise and were matched with it."""
        return self.right / self.meant

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.right else 0.0


def rows_of(path: Path) -> list[Row]:
    """Return written names with what they mean."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(line["written"], line["expected"]) for line in lines]


def rates(rows: list[Row], given: list[str | None]) -> Rates:
    """Hold answers against labels."""
    right = sum(answer is not None and answer == wanted for answer, (_, wanted) in zip(given, rows, strict=True))
    matched = sum(answer is not None for answer in given)
    return Rates(right, matched - right, sum(wanted is not None for _, wanted in rows))


def ours(registry: Registry, rows: list[Row]) -> Rates:
    """Match with `enterprises.names`."""
    matcher = Matcher(registry)
    return rates(rows, [found.name if (found := matcher.match(text).match) else None for text, _ in rows])


def plain(registry: Registry, rows: list[Row]) -> list[tuple[str, Rates]]:
    """Match with the plain ratio: at the threshold of the best F1, at 90, and at the lowest of the wanted precision."""
    choices = [line.name for line in registry.lists[-1].lines]
    best = [process.extractOne(text, choices, scorer=fuzz.ratio) for text, _ in rows]

    def at(cut: float) -> Rates:
        return rates(rows, [name if score >= cut else None for name, score, _ in best])

    cuts = sorted({score for _, score, _ in best})
    by_f1 = max(cuts, key=lambda cut: at(cut).f1)
    sure = next((cut for cut in cuts if at(cut).precision >= WANTED_PRECISION), max(cuts))
    return [
        (f"rapidfuzz ratio >= {by_f1:.1f} (best F1)", at(by_f1)),
        (f"rapidfuzz ratio >= {USUAL_CUT}", at(USUAL_CUT)),
        (f"rapidfuzz ratio >= {sure:.1f} (precision {WANTED_PRECISION})", at(sure)),
    ]


def table(title: str, registry: Registry, rows: list[Row]) -> None:
    """Print one set's figures."""
    found = ours(registry, rows)
    print(
        f"\n{title}: {len(rows)} pairs, {found.meant} of them mean a listed enterprise, {len(registry.enterprises)} listed"
    )
    for name, rate in (("truckban", found), *plain(registry, rows)):
        print(f"  {name:48} precision {rate.precision:.4f}  recall {rate.recall:.4f}  wrong {rate.wrong}")


def many_names(count: int) -> list[str]:
    """Return different names as slips have them: one in five a writing of a listed one, the others invented."""
    draw = random.Random(24)  # noqa: S311
    held_out = words("held_out")
    characters, places, trades = held_out("characters")[0], held_out("places"), held_out("trades")
    listed = [text for text, wanted in rows_of(DATA / "pairs.jsonl") if wanted]
    found: set[str] = set()
    while len(found) < count:
        if draw.random() < 1 / 5:
            found.add(f"{draw.choice(listed)}{draw.randrange(10**11, 2 * 10**11)}")
        else:
            brand = "".join(draw.choices(characters, k=draw.choice([2, 2, 3, 4])))
            form = draw.choice(["有限公司", "有限责任公司", "厂", ""])
            found.add(
                f"{draw.choice([*places, '临猗县', '临猗', '山西', ''])}{brand}{draw.choice([*trades, '商砼', '建材'])}{form}"
            )
    return sorted(found)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds of one processor a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(count: int) -> None:
    """Print names a second."""
    names = many_names(count)
    registry = builtin_registry()
    choices = [line.name for line in registry.lists[-1].lines]
    matcher = Matcher(registry)
    print(f"\n{count:,} different names against {len(choices)} enterprises, one thread, processor time")
    for title, work in (
        ("truckban Matcher.match", lambda: [matcher.match(name) for name in names]),
        (
            "rapidfuzz process.extractOne",
            lambda: [process.extractOne(name, choices, scorer=fuzz.ratio) for name in names],
        ),
        ("rapidfuzz process.cdist", lambda: process.cdist(names, choices, scorer=fuzz.ratio, dtype="uint8")),
    ):
        seconds = timed(work)
        print(f"  {title:32} {seconds:7.1f} s  {count / seconds:12,.0f} a second")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    given = parser.parse_args()
    table("labelled pairs", builtin_registry(), rows_of(DATA / "pairs.jsonl"))
    table("held out", read_registry(DATA / "held-out.registry.json"), rows_of(DATA / "held-out.jsonl"))
    for seed in filter(None, given.seeds.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(__file__).with_name("enterprise_held_out.py")
            subprocess.run([sys.executable, program, folder, "--seed", seed], check=True)  # noqa: S603
            out = Path(folder)
            table(
                f"held out, seed {seed}", read_registry(out / "held-out.registry.json"), rows_of(out / "held-out.jsonl")
            )
    if given.names:
        speed(given.names)


if __name__ == "__main__":
    main()
