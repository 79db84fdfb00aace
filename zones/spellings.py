"""In which ways one road's name is spelt: characters, suffixes, the parts of one long road."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from zones.text import Text

Kind = Literal["traditional", "alike", "suffix", "parts"]

KINDS: Mapping[str, Text] = {
    "traditional": Text("繁简体", "traditional for simplified characters"),
    "alike": Text("同音或形近字", "characters that sound or look alike"),
    "suffix": Text("路、街、大道、大街互换", "another word for street"),
    "parts": Text("分段名称", "the names of its parts"),
    "also": Text("说明中列出的名称", "the names that the specification lists"),
    "ending": Text("末尾用词不同", "another word at its end"),
}
KIND_WORDS: Mapping[str, Text] = {
    "road": Text("道路", "road"),
    "railway": Text("铁路", "railway"),
    "river": Text("河流", "river"),
    "administrative": Text("行政区界", "boundary of an administrative unit"),
}
# words at the end of names of lines that are no streets: 临猗县界 is the boundary of 临猗县, 同蒲铁路 is signed 同蒲线
_ENDINGS = {
    "railway": re.compile(r"(?:铁路线|铁路|线)$"),
    "administrative": re.compile(r"(?:(?<=[省市县区旗镇乡])[省市县区旗镇乡]界|行政区[域划]?界线?|边界线?|界线?)$"),
}
# a word shorter than this before a suffix or a direction names no road of its own: 东街 and 东路 are two
_MIN_STEM = 2
_SUFFIX = re.compile(r"(?:大道|大街|路|街)$")
_PART = re.compile(r"(?P<stem>.{2,})(?P<toward>[东西南北中])(?P<suffix>大道|大街|路|街)")
_RING_PART = re.compile(
    r"(?P<toward>[东西南北])(?P<ring>[一二三四五六七]环|[外中内]环|环城)(?:[东西南北中]?(?:大道|大街|路|街))?"
)
_NATIONAL = re.compile(
    r"(?:(?P<before>国道|省道|县道|乡道)(?P<number>\d+)|(?P<first>\d+)(?P<after>国道|省道|县道|乡道))"
)
_REF = re.compile(r"[GSXY]\d+")
_LETTER = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y"}
_RING = "环"


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("zones").joinpath("data/road-names.json").read_text("utf-8"))
    return table


@cache
def _simplified() -> dict[int, str]:
    pairs = " ".join(_table()["traditional"]).split()
    return str.maketrans({pair[0]: pair[1] for pair in pairs})


def normalised(name: str) -> str:
    """Return a name with full-width and compatibility forms folded (Unicode NFKC) and no space in or around it.

    Spaces between Latin words stay: they tell words apart there.
    """
    folded = unicodedata.normalize("NFKC", name).strip()
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", folded)


def _alike(name: str) -> str:
    for kept, other in _table()["alike"]:
        name = name.replace(other, kept)
    return name


def _stem(name: str) -> str:
    """Return a name without its word for street; a ring needs none (三环, 三环路)."""
    stem = _SUFFIX.sub("", name)
    return stem if len(stem) >= _MIN_STEM else name


_FOLDS: Mapping[str, Callable[[str], str]] = {
    "traditional": lambda name: name.translate(_simplified()),
    "alike": _alike,
    "suffix": _stem,
}


def folded(name: str, kinds: tuple[str, ...]) -> str:
    """Return what all spellings of a name have in common that differ in these ways."""
    for kind in kinds:
        if kind in _FOLDS:
            name = _FOLDS[kind](name)
    return name


def without_ending(name: str, kind: str) -> str:
    """Return the name of a railway or an administrative unit without what notices and maps say at its end."""
    return _ENDINGS[kind].sub("", name) if kind in _ENDINGS else name


def wholes(name: str) -> Iterator[tuple[str, str]]:
    """Yield the roads that a name can be a part of, each with the direction that tells this part from the others.

    人民东路 is a part of 人民路; 北三环西路 is one of 北三环 (路) and of 三环 (路).
    """
    part = _PART.fullmatch(name)
    if part:
        yield part["stem"] + part["suffix"], part["toward"]
        if part["stem"].endswith(_RING):
            yield part["stem"], part["toward"]
    ring = _RING_PART.fullmatch(name)
    if ring:
        yield ring["ring"], ring["toward"]
        yield ring["ring"] + "路", ring["toward"]


def on_one_road(whole: str, toward: set[str]) -> bool:
    """Tell whether parts in these directions can be one road: a ring's can, east and north of a street cannot."""
    return _RING in whole or not (toward & set("东西") and toward & set("南北"))


def as_ref(name: str) -> str:
    """Return a numbered road's `ref`: G342 for 342国道, 国道342, G 342."""
    plain = re.sub(r"\s", "", normalised(name)).upper()
    match = _NATIONAL.fullmatch(plain.removeprefix("G").removeprefix("S"))
    if match is None:
        return plain
    return _LETTER[match["before"] or match["after"]] + (match["number"] or match["first"])


def is_ref(text: str) -> bool:
    """Tell whether a text is a numbered road's `ref` as `as_ref` returns it."""
    return _REF.fullmatch(text) is not None
