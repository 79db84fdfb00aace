"""The administrative division at the beginning of a name, as the path from the province down."""

import re
from collections.abc import Iterator
from functools import cache

from enterprises.naming.tables import table

Path = tuple[str, ...]

_SUFFIX = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|省|市|县|区)$")
# a division that the table does not have: 新乐市, 华州区; not 超市 and the like
_UNKNOWN = re.compile(
    r"(?!超|都|门|城|集|股|园|社|小|片|景|厂|矿|新|老)([\u4e00-\u9fff]{2,3}?)(?<![超都门集股夜园社小片景厂矿新老地山])[市县区](?=[\u4e00-\u9fff]{3})"
)
_TOWN = re.compile(r"([\u4e00-\u9fff]{2,3}?)[镇乡](?=[\u4e00-\u9fff]{2})")
_LEAST = 2


def bare(name: str) -> str:
    """Return a division's name without 省, 市, 县 or 区, where two characters are left."""
    short = _SUFFIX.sub("", name)
    return short if len(short) >= _LEAST else name


@cache
def _written() -> dict[str, list[Path]]:
    """Return every way in which a division can begin a name, with the divisions it can be."""
    found: dict[str, list[Path]] = {}
    shy = set(table("regions")["trade_names_too"])
    for path in _paths():
        found.setdefault(path[-1], []).append(path)
        if (short := bare(path[-1])) != path[-1]:
            found.setdefault(short, []).append(path)
    return {word: paths for word, paths in found.items() if word not in shy} | {
        word: [(*path, "") for path in found[word]] for word in shy & set(found)
    }


def _paths() -> Iterator[Path]:
    for province, cities in table("regions")["tree"].items():
        yield (province,)
        for city, counties in cities.items():
            yield (province, city)
            yield from ((province, city, county) for county in counties)


@cache
def _first() -> frozenset[str]:
    return frozenset(word[0] for word in _written())


@cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in _written()}, reverse=True))


def leading(text: str, places: tuple[str, ...] = ()) -> tuple[Path, str]:
    """Return the division at the beginning of a text, and the text after it.

    Args:
        text: a normal name.
        places: divisions that the table does not have and names of the registry begin with (清河县), so that they are
            also known without their 县.

    Divisions are taken one after another as long as each lies within the one before: 山西省临猗县, 运城临猗. A name
    such as 和顺, which is also a common trade name, counts as a division only behind another one or with its 县.
    """
    path: Path = ()
    while True:
        step = _step(text, path)
        if step is None:
            break
        path, text = step
    if not path and (found := _UNKNOWN.match(text)):
        return ("?", found[0]), text[found.end() :]
    if not path:
        for place in places:
            if text.startswith(short := bare(place)) and len(text) > len(short) + _LEAST:
                return ("?", place), text[len(short) :]
    return path, text


def _step(text: str, within: Path) -> tuple[Path, str] | None:
    if text[:1] not in _first():
        return None
    for length in _lengths():
        word = text[:length]
        for path in _written().get(word, ()):
            if path[-1] == "":
                # a trade name too: only behind its own city or province
                path = path[:-1]  # noqa: PLW2901
                if not within:
                    continue
            if len(path) > len(within) and path[: len(within)] == within and len(text) - length >= _LEAST:
                return path, text[length:]
    return None


def trailing(text: str) -> tuple[Path, str]:
    """Return the division that ends a text, and the text before it; nothing where none does."""
    for length in _lengths():
        for path in _written().get(text[-length:], ()):
            if path[-1] and len(text) - length >= _LEAST:
                return path, text[:-length]
    return (), text


def whole(text: str) -> Path:
    """Return the division that a text is the name of, such as what stands before 分公司; empty where it is none."""
    path: Path = ()
    while text:
        found = next(
            (
                (one, text[length:])
                for length in _lengths()
                for one in _written().get(text[:length], ())
                if one[-1] and one[: len(path)] == path and len(one) > len(path) and len(text) >= length
            ),
            None,
        )
        if found is None:
            return ()
        path, text = found
    return path


@cache
def _towns(county: str) -> tuple[str, ...]:
    """Return the towns of a county; of all counties where none is said."""
    towns = table("regions")["towns"]
    return tuple(name for known, names in towns.items() if county in ("", known) for name in names)


def town(text: str, path: Path) -> tuple[str, str]:
    """Return the town behind a county, and the text after it."""
    for name in _towns(path[-1] if path else ""):
        if text.startswith(name):
            rest = text[len(name) :]
            rest = rest[1:] if rest[:1] in ("镇", "乡") else rest
            if len(rest) >= _LEAST:
                return name, rest
    found = _TOWN.match(text) if path else None
    return (found[1], text[found.end() :]) if found else ("", text)
