"""Which streets a name in a notice means, how they were found, and what is nearest where none bears it.

A name is looked for as it is signed, then as one of a street's other names, then in other spellings, then in two of
these ways at once. A way in which two different roads fit is an error that names both: nothing is guessed.
"""

import difflib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from zones.coords import LocalPlane
from zones.errors import ZoneError
from zones.network import Kind, Segment, StreetNetwork
from zones.spellings import KIND_WORDS, KINDS, as_ref, folded, is_ref, normalised, on_one_road, wholes, without_ending
from zones.text import Text

__all__ = ["Found", "candidates", "find_road", "find_roads", "kinds_of", "normalised"]

_CANDIDATES = 5
_MIN_LIKENESS = 0.4
_REF = "ref"
_PARTS = "parts"
_ENDING = "ending"
# one part alone may be another road: 中山东路 is not 中山路
_MIN_PARTS = 2
_SPELLINGS = ("traditional", "alike", "suffix")


@dataclass(frozen=True, slots=True)
class Found:
    """The segments that a name means.

    Attributes:
        name: as the notice words it.
        how: `exact`, an OSM tag (`alt_name`, `old_name`, `ref`, ...), a way of spelling (`traditional`, `alike`,
            `suffix`, `parts`, `ending`), or two of these joined by `+`.
        segments: the streets.
        signed: the names they bear, where these are not the name itself.
    """

    name: str
    how: str
    segments: tuple[Segment, ...]
    signed: tuple[str, ...] = ()

    @property
    def report(self) -> str:
        """Return `exact`, or how the name was found and what it was found as: `alike: 峨嵋大道`."""
        return f"{self.how}: {'、'.join(self.signed)}" if self.signed else self.how

    @property
    def way(self) -> Text:
        """Return `how` in words."""
        ways = [KINDS.get(kind, Text(kind, kind)) for kind in self.how.split("+")]
        return Text("、".join(way.zh for way in ways), " and ".join(way.en for way in ways))


@dataclass(frozen=True)
class _Ambiguous:
    """Different roads that a name fits in the same way."""

    name: str
    how: str
    roads: tuple[str, ...]
    network: StreetNetwork


@dataclass(slots=True)
class _Labels:
    """Every name that streets, or lines of one kind, bear, normalised: as signed, and by tag; each with its segments."""

    network: StreetNetwork
    kind: Kind
    signed: dict[str, list[Segment]] = field(default_factory=dict)
    tagged: dict[str, dict[str, list[Segment]]] = field(default_factory=dict)

    @classmethod
    def of(cls, network: StreetNetwork, kind: Kind) -> "_Labels":
        network = network.of_kind(kind)
        labels = cls(network, kind)
        for name, segments in network.by_name.items():
            labels.signed.setdefault(normalised(name), []).extend(segments)
        for segment in network.segments:
            for tag, texts in segment.other_names:
                for text in texts.split(";"):
                    key = as_ref(text) if tag == _REF else normalised(text)
                    labels.tagged.setdefault(tag, {}).setdefault(key, []).append(segment)
        return labels

    def look_up(self, name: str) -> Found | _Ambiguous | None:
        """Return what a name means by the first way in which anything fits."""
        wanted = normalised(name)
        if wanted in self.signed:
            own = Found(name, "exact", tuple(self.signed[wanted]))
            # a numbered road bears its number as its name on some stretches only
            numbered = self._fitting(wanted, (_REF,)) if self.kind == "road" else {}
            wider = (Found(name, _REF, tuple(found), road) for road, found in numbered.items())
            return next((found for found in wider if len(found.segments) > len(own.segments)), own)
        for kinds in self._ways():
            roads = self._fitting(wanted, kinds)
            how = "+".join(kinds)
            if len(roads) > 1:
                return _Ambiguous(name, how, tuple(dict.fromkeys(n for road in roads for n in road)), self.network)
            for road, segments in roads.items():
                return Found(name, how, tuple(segments), road)
        return None

    def _ways(self) -> Iterator[tuple[str, ...]]:
        tags = sorted(tag for tag in self.tagged if tag != _REF)
        if self.kind != "road":  # the other ways are those in which streets are spelt
            yield from ((kind,) for kind in (*tags, "traditional", "alike", _ENDING))
            return
        alone = [*tags, _REF, *_SPELLINGS, _PARTS]
        yield from ((kind,) for kind in alone)
        yield from itertools.combinations((*_SPELLINGS, _PARTS), 2)
        yield from itertools.product(tags, _SPELLINGS)

    def _fitting(self, wanted: str, kinds: tuple[str, ...]) -> dict[tuple[str, ...], list[Segment]]:
        """Return each road that fits: the names it is signed with, and its segments."""
        if kinds == (_ENDING,):
            key = without_ending(wanted, self.kind)
            return {(text,): found for text, found in self.signed.items() if without_ending(text, self.kind) == key}
        if _PARTS in kinds:
            return self._by_parts(folded(wanted, kinds), kinds)
        if kinds[0] == _REF:
            key = as_ref(wanted)
            signed = [s for text, found in self.signed.items() if is_ref(key) and as_ref(text) == key for s in found]
            return _one_road([*self.tagged.get(_REF, {}).get(key, []), *signed])
        if kinds[0] in self.tagged:
            key = folded(wanted, kinds)
            fits = [s for text, found in self.tagged[kinds[0]].items() if folded(text, kinds) == key for s in found]
            return _by_signed_name(fits)
        key = folded(wanted, kinds)
        return {(text,): found for text, found in self.signed.items() if folded(text, kinds) == key}

    def _by_parts(self, key: str, kinds: tuple[str, ...]) -> dict[tuple[str, ...], list[Segment]]:
        parts: dict[str, dict[str, str]] = {}
        for text in self.signed:
            for whole, toward in wholes(text):
                if folded(whole, kinds) == key:
                    parts.setdefault(whole, {})[text] = toward
        roads: dict[tuple[str, ...], list[Segment]] = {}
        for whole, names in parts.items():
            if len(names) < _MIN_PARTS:
                continue
            one = on_one_road(whole, set(names.values()))
            for road in [tuple(sorted(names))] if one else [(name,) for name in sorted(names)]:
                roads[road] = [segment for name in road for segment in self.signed[name]]
        # the parts of 三环 are also those of 三环路: the larger set holds the smaller
        return {r: s for r, s in roads.items() if not any(set(r) < set(other) for other in roads)}


def _by_signed_name(segments: Iterable[Segment]) -> dict[tuple[str, ...], list[Segment]]:
    """Group segments as roads by the name they are signed with; those without one go with the only road there is."""
    roads: dict[tuple[str, ...], list[Segment]] = {}
    for segment in {s.id: s for s in segments}.values():
        roads.setdefault((normalised(segment.name),) if segment.name else (), []).append(segment)
    if len(roads) > 1:
        nameless = roads.pop((), [])
        if len(roads) == 1:
            next(iter(roads.values())).extend(nameless)
    return roads


def _one_road(segments: Iterable[Segment]) -> dict[tuple[str, ...], list[Segment]]:
    """Return segments as one road: a numbered road bears many names on its way."""
    road = list({s.id: s for s in segments}.values())
    return {tuple(sorted({normalised(s.name) for s in road if s.name})): road} if road else {}


def kinds_of(network: StreetNetwork, name: str) -> list[Kind]:
    """Return the kinds of the lines and streets that are signed with a name."""
    wanted = normalised(name)
    signed = (s.kind for s in (*network.segments, *network.beside.lines) if s.name and normalised(s.name) == wanted)
    return list(dict.fromkeys(signed))


def find_road(network: StreetNetwork, name: str) -> Found | None:
    """Return the streets that a name means, or None where no street bears it in any spelling.

    Raises:
        ZoneError: `road_not_found`: different roads fit in the same way.
    """
    found = _Labels.of(network, "road").look_up(name)
    if isinstance(found, _Ambiguous):
        raise _not_found(network, {}, [found])
    return found


def find_roads(
    network: StreetNetwork,
    names: Iterable[str],
    *,
    optional: Iterable[str] = (),
    kinds: Mapping[str, Kind] | None = None,
) -> dict[str, Found]:
    """Return the streets of every name, or the lines of the kind that it is the name of.

    Args:
        network: the streets, and what is beside them.
        names: as the notice words them.
        optional: names that are left out of the result where no single road bears them.
        kinds: what each name is the name of, where it is no street's.

    Raises:
        ZoneError: `road_not_found`, with the candidates of each name that no street bears, or that several roads do.
    """
    asked = {name: (kinds or {}).get(name, "road") for name in names}
    labels = {kind: _Labels.of(network, kind) for kind in dict.fromkeys(asked.values())}
    found = {name: labels[kind].look_up(name) for name, kind in asked.items()}
    for name in set(optional) & set(found):
        if not isinstance(found[name], Found):
            del found[name]
    several = [road for road in found.values() if isinstance(road, _Ambiguous)]
    lost = {name: candidates(labels[asked[name]].network, name) for name, road in found.items() if road is None}
    if lost or several:
        raise _not_found(network, lost, several)
    return {name: road for name, road in found.items() if isinstance(road, Found)}


def joined(name: str, roads: Iterable[Found | None]) -> Found:
    """Return the streets of several names as one road; the first is the road's own name, None where none bears it."""
    own, *others = roads
    if not others and own:
        return own
    all_of_them = [road for road in (own, *others) if road]
    segments = tuple({segment.id: segment for road in all_of_them for segment in road.segments}.values())
    signed = tuple(dict.fromkeys(n for road in all_of_them for n in road.signed or (road.name,)))
    return Found(name, f"{own.how}+also" if own and own.how != "exact" else "also", segments, signed)


def candidates(network: StreetNetwork, name: str) -> list[dict[str, Any]]:
    """Return the nearest names: `{"name", "score", "lon", "lat", "length_m"}`, the most alike first.

    `score` is difflib's ratio (0 to 1); the position is on the street, near its middle.
    """
    best = sorted(
        ((s, n) for s, n in _scored(network, name) if s >= _MIN_LIKENESS), key=lambda pair: (-pair[0], pair[1])
    )
    return [{"name": n, "score": round(score, 2), **_where(network.by_name[n])} for score, n in best[:_CANDIDATES]]


def _scored(network: StreetNetwork, name: str) -> list[tuple[float, str]]:
    wanted = normalised(name)
    return [(difflib.SequenceMatcher(None, wanted, normalised(n)).ratio(), n) for n in network.by_name]


def _where(segments: Iterable[Segment]) -> dict[str, float]:
    lines = shapely.union_all([segment.line for segment in segments])
    place = shapely.shortest_line(lines, shapely.centroid(lines)).coords[0]
    metres = LocalPlane(round(place[0], 2), round(place[1], 2)).to_xy(lines).length
    return {"lon": round(place[0], 7), "lat": round(place[1], 7), "length_m": round(metres, 1)}


def _not_found(
    network: StreetNetwork, lost: dict[str, list[dict[str, Any]]], several: Iterable[_Ambiguous]
) -> ZoneError:
    near = {name: "、".join(c["name"] for c in nearest) for name, nearest in lost.items()}
    zh, en = [], []
    if near:
        zh.append("街道数据里找不到：" + "；".join(f"{n}（最接近的名称：{like or '无'}）" for n, like in near.items()))
        en.append(
            "not in the street data: " + "; ".join(f"{n} (nearest names: {like or 'none'})" for n, like in near.items())
        )
    for lost_name, kind in ((n, kind) for n in near for kind in kinds_of(network, n)):
        zh.append(f"数据里有名为 {lost_name} 的{KIND_WORDS[kind].zh}：是它就写 kind: {kind}")
        en.append(f"the data hold a {KIND_WORDS[kind].en} named {lost_name}: if it is meant, write kind: {kind}")
    nearest = dict(lost)
    for road in several:
        way = Found(road.name, road.how, ()).way
        names = "、".join(road.roads)
        zh.append(f"{road.name} 可能是几条道路中的任何一条（{way.zh}）：{names}；请写明是哪一条")
        en.append(f"{road.name} may be any of several roads ({way.en}): {names}; say which")
        nearest[road.name] = _places(road)
    return ZoneError("road_not_found", Text("；".join(zh), "; ".join(en)), candidates=nearest)


def _places(road: _Ambiguous) -> list[dict[str, Any]]:
    network = road.network
    scored = [(score, n) for score, n in _scored(network, road.name) if normalised(n) in road.roads]
    return [
        {"name": n, "score": round(score, 2), **_where(network.by_name[n])} for score, n in sorted(scored, reverse=True)
    ]
