"""The page of one trip: may I drive this, why not, and what can I do instead; one file that asks the network for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from truckban.report.masking import Masker
from truckban.report.rows import lasted
from truckban.report.templating import asset, environment, said
from truckban.report.trip_map import trip_map
from truckban.report.trip_strip import strips_of
from truckban.report.trip_words import TripReader
from truckban.report.words import GRADES
from truckban.trips.model import Options, Plan
from zones.text import Text

_COLOURS = 6
_SAID_ELSEWHERE = ("zone.schematic", "trip.missing")


def write_trip_page(path: Path, plan: Plan, *, lang: str, options: Options | None = None) -> None:
    """Write the page of a plan as one self-contained HTML file.

    The same plan gives the same bytes. Plates are masked; names of streets, vehicles and enterprises are taken as hostile.

    Args:
        path: the file; it is replaced.
        plan: the answer to a trip.
        lang: `zh` or `en`.
        options: the assumptions that it was planned by.
    """
    path.write_text(html(plan, lang=lang, options=options), encoding="utf-8", newline="\n")


@dataclass(frozen=True, slots=True)
class Listed:
    """A trip in the list of several: its id, its plan or what was wrong with it, and its page's file name."""

    name: str
    plan: Plan | None
    wrong: Text | None = None
    href: str = ""


def write_trip_list(path: Path, trips: Sequence[Listed], *, lang: str) -> None:
    """Write the list of several trips, each with its verdict, its best way instead and a link to its page.

    Args:
        path: the file; it is replaced.
        trips: in the order in which they were asked.
        lang: `zh` or `en`.
    """
    lang = "zh" if lang == "zh" else "en"
    rows = [_listed(one, lang) for one in trips]
    page = environment().get_template("trips.html").render(**_frame(lang), rows=rows)
    path.write_text(page, encoding="utf-8", newline="\n")


def html(plan: Plan, *, lang: str, options: Options | None = None) -> str:
    """Return the page of a plan."""
    lang = "zh" if lang == "zh" else "en"
    reader = TripReader(plan, lang)
    return (
        environment()
        .get_template("trip.html")
        .render(
            **_frame(lang, ways=len(plan.alternatives)),
            word=plan.word,
            trip=reader.trip(),
            why=reader.why(),
            first=reader.first(),
            says=[reader.text(text) for code, text in plan.says if code not in _SAID_ELSEWHERE],
            why_none="" if plan.why_none is None else reader.text(plan.why_none),
            schematic=any(fact["grade"] == "schematic" for fact in plan.facts),
            asked=None if plan.way is None else reader.way(plan.way),
            parts=[reader.part(piece) for piece in plan.pieces],
            cards=[reader.card(one, number) for number, one in enumerate(plan.alternatives, start=1)],
            drawn=trip_map(plan, list(reader.marks())),
            strips=strips_of(plan),
            verdicts=list(reader.clauses()),
            facts=[{**fact, "grade": GRADES[fact["grade"]].of(lang)} for fact in plan.facts],
            margin=lasted(round((options or Options()).margin_s), lang),
            speed=reader.speed(),
            colours=_COLOURS,
        )
    )


def _frame(lang: str, *, ways: int = 0) -> dict[str, Any]:
    # a way that is chosen stands out, without a script
    chosen = "".join(
        f"#pick-{n}:checked ~ .work {{ --dim: .22; }}\n"
        f"#pick-{n}:checked ~ .work .n{n} {{ --dim: 1; --broad: 7px; --frame: var(--c); }}\n"
        for n in range(1, ways + 1)
    )
    return {
        "lang": lang,
        "html_lang": "zh-CN" if lang == "zh" else "en",
        "t": partial(said, lang),
        "style": Markup(asset("colours.css") + asset("trip.css") + chosen),  # noqa: S704 - the program's own
    }


def _listed(one: Listed, lang: str) -> dict[str, str]:
    if one.plan is None:
        wrong = Masker([]).text(one.wrong.of(lang)) if one.wrong is not None else ""
        return {"name": Masker([]).name(one.name), "word": "wrong", "why": wrong, "best": "", "href": ""}
    reader = TripReader(one.plan, lang)
    best = next(iter(one.plan.alternatives), None)
    why_none = one.plan.why_none
    first = reader.first()
    return {
        "name": reader.masker.name(one.name),
        "word": one.plan.word,
        "why": reader.why() if first is None else f"{first['at']} {first['road']} · {reader.why()}",
        "best": reader.text(best.why) if best is not None else reader.text(why_none) if why_none is not None else "",
        "href": one.href,
    }


class TripPages:
    """Pages of trips as they are answered: of one in a file, of several in a folder, with a list of all.

    Attributes:
        single: whether the path is a file's, which holds one trip.
    """

    def __init__(self, path: Path, *, lang: str, options: Options | None = None) -> None:
        """Take where they are written: a folder, which is made where there is none, or a file that ends in `.html`."""
        self.single = is_page(path)
        self._path, self._lang, self._options = path, lang, options
        self._listed: list[Listed] = []
        (path.parent if self.single else path).mkdir(parents=True, exist_ok=True)

    def add(self, name: str, plan: Plan) -> None:
        """Write the page of a trip; in a folder its name is its number, for ids can be anything."""
        href = f"{len(self._listed) + 1:03d}.html"
        write_trip_page(self._path if self.single else self._path / href, plan, lang=self._lang, options=self._options)
        self._listed.append(Listed(name, plan, href=href))

    def refuse(self, name: str, wrong: Text) -> None:
        """Take note of a trip that could not be read."""
        self._listed.append(Listed(name, None, wrong))

    def close(self) -> None:
        """Write the list; a folder's alone."""
        if not self.single:
            write_trip_list(self._path / "index.html", self._listed, lang=self._lang)


def is_page(path: Path) -> bool:
    """Tell whether a path is a page's, not a folder's."""
    return path.suffix.lower() in {".html", ".htm"}
