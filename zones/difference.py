"""What changed between two zones: in numbers, in words, in places."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.entries import Entry, entries_of
from zones.provenance import mark_words, option_words, source_words
from zones.text import Text
from zones.zone import Zone

# two files of the same kerb differ by their grid: thinner than this is no change
_THIN_M = 0.05
_NEAR_M = 60.0
_NAMES = 4
_SAME_ENTRY_M = 15.0
_BOUNDARY = {
    "excluded": Text("不含", "not included"),
    "included": Text("含", "included"),
    "unstated": Text("未说明", "unstated"),
}
_SOURCE = {
    "file": Text("文件", "file"),
    "sha256": Text(" sha256", "sha256"),
    "date": Text("日期", "date"),
    "area": Text("范围", "area"),
    "overlay": Text("补充路名", "added names"),
}


@dataclass(frozen=True)
class Change:
    """One thing that changed; `subject` is a word for programs: area_added, entry_removed, grade, ..."""

    subject: str
    text: Text


@dataclass(frozen=True)
class Difference:
    """What changed from one zone to another.

    Attributes:
        old: the earlier zone.
        new: the later zone.
        added: banned now and not before, WGS 84.
        removed: banned before and not now, WGS 84.
        added_km2: of `added`.
        removed_km2: of `removed`.
        entries_added: numbered as in `new`.
        entries_removed: numbered as in `old`.
        changes: sentences, the gravest first; empty where the zones say the same.
        succession: whether the new zone names the old one as the one before; None where they are one file.
    """

    old: Zone
    new: Zone
    added: BaseGeometry
    removed: BaseGeometry
    added_km2: float
    removed_km2: float
    entries_added: tuple[Entry, ...]
    entries_removed: tuple[Entry, ...]
    changes: tuple[Change, ...]
    succession: Change | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the numbers and both sentences of every change."""
        following = self.succession
        return {
            "old": {"zone": self.old.id, "sha256": self.old.sha256},
            "new": {"zone": self.new.id, "sha256": self.new.sha256},
            "added_km2": self.added_km2,
            "removed_km2": self.removed_km2,
            "changes": [
                {"subject": change.subject, "zh": change.text.zh, "en": change.text.en} for change in self.changes
            ],
            "succession": None if following is None else {"subject": following.subject, **following.text._asdict()},
        }


def difference_of(old: Zone, new: Zone, *, old_sha256: str | None = None, new_sha256: str | None = None) -> Difference:
    """Compare two zones; a zone and itself have no changes.

    Args:
        old: the earlier zone.
        new: the later zone.
        old_sha256: of the earlier file's bytes, where they may be others than the program writes.
        new_sha256: the same of the later file.
    """
    plane = LocalPlane.around(old.area, new.area)
    before, after = plane.to_xy(old.area), plane.to_xy(new.area)
    added, removed = (_opened(shapely.difference(*pair)) for pair in ((after, before), (before, after)))
    added_km2, removed_km2 = round(added.area / 1e6, 6), round(removed.area / 1e6, 6)
    coming, going = _entries(old, new, plane)
    changes = [
        *_area("area_added", added, added_km2, new, plane),
        *_area("area_removed", removed, removed_km2, old, plane),
        *_roads(old, new),
        *_making(old, new),
        *_entry_changes(coming, going),
        *_qualities(old, new),
    ]
    places = (plane.to_lonlat(added), plane.to_lonlat(removed))
    following = _succession(old, new, old_sha256 or old.sha256, new_sha256 or new.sha256)
    return Difference(old, new, *places, added_km2, removed_km2, coming, going, tuple(changes), following)


def _opened(geometry: BaseGeometry) -> BaseGeometry:
    """Leave out what is thinner than two files of one kerb may differ."""
    core = shapely.buffer(geometry, -_THIN_M, join_style="mitre")
    return shapely.intersection(geometry, shapely.buffer(core, 2 * _THIN_M, join_style="mitre"))


def _area(subject: str, part: BaseGeometry, km2: float, zone: Zone, plane: LocalPlane) -> Iterator[Change]:
    if part.is_empty:
        return
    names = _names_near(part, zone, plane)
    zh, en = ("新增", "added") if subject == "area_added" else ("减少", "removed")
    at_zh = f"，在 {'、'.join(names)} 一带" if names else ""
    at_en = f", by {', '.join(names)}" if names else ""
    yield Change(subject, Text(f"禁行面积{zh} {km2:.4f} km²{at_zh}", f"banned area {en}: {km2:.4f} km2{at_en}"))


def _names_near(part: BaseGeometry, zone: Zone, plane: LocalPlane) -> list[str]:
    """Return the names of the streets that run most through a place, or nearest to it."""
    within: dict[str, float] = {}
    around = part.buffer(_NEAR_M)
    for street in zone.streets:
        if street.name:
            length = shapely.intersection(plane.to_xy(street.geometry), around).length
            if length:
                within[street.name] = within.get(street.name, 0.0) + length
    return sorted(within, key=lambda name: (-round(within[name], 1), name))[:_NAMES]


def _roads(old: Zone, new: Zone) -> Iterator[Change]:
    edges = [{road.name: _BOUNDARY[road.boundary] for road in zone.boundary_roads} for zone in (old, new)]
    yield from _members("boundary_road", Text("边界道路", "boundary road"), *edges)
    carved = [dict.fromkeys((part.name for part in zone.carve_outs), "") for zone in (old, new)]
    yield from _members("carve_out", Text("不禁行路段", "carve-out"), *carved)


def _members(subject: str, word: Text, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """Say which members of a table came, went and changed."""
    for name in [name for name in new if name not in old]:
        yield Change(f"{subject}_added", Text(f"新增{word.zh} {name}", f"{word.en} added: {name}"))
    for name in [name for name in old if name not in new]:
        yield Change(f"{subject}_removed", Text(f"取消{word.zh} {name}", f"{word.en} removed: {name}"))
    for name in [name for name in old if name in new and old[name] != new[name]]:
        (a_zh, a_en), (b_zh, b_en) = _both(old[name]), _both(new[name])
        yield Change(
            f"{subject}_changed", Text(f"{word.zh} {name}：{a_zh} → {b_zh}", f"{word.en} {name}: {a_en} -> {b_en}")
        )


def _both(value: object) -> Text:
    return value if isinstance(value, Text) else Text(str(value), str(value))


def _entries(old: Zone, new: Zone, plane: LocalPlane) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries that only the new zone has, and those that only the old one has."""
    before, after = entries_of(old), entries_of(new)
    return _missing(after, before, plane), _missing(before, after, plane)


def _missing(entries: Iterable[Entry], among: Iterable[Entry], plane: LocalPlane) -> tuple[Entry, ...]:
    def at(entry: Entry) -> tuple[str, str | None, shapely.Point]:
        x, y = plane.xy(entry.lon, entry.lat)
        return entry.kind, entry.street, shapely.Point(float(x), float(y))

    others = [(at(entry), entry.direction) for entry in among]

    def found(entry: Entry) -> bool:
        kind, street, point = at(entry)
        return any(
            (kind, street, entry.direction) == (*other[:2], direction) and point.distance(other[2]) < _SAME_ENTRY_M
            for other, direction in others
        )

    return tuple(entry for entry in entries if not found(entry))


def _entry_changes(coming: Iterable[Entry], going: Iterable[Entry]) -> Iterator[Change]:
    for subject, zh, en, entries in (
        ("entry_added", "新增", "added", coming),
        ("entry_removed", "取消", "removed", going),
    ):
        for entry in entries:
            kind = Text("入口", "entry") if entry.kind == "entry" else Text("出口", "exit")
            road = Text(entry.street or "无名道路", entry.street or "unnamed way")
            beside = Text(f"（{entry.from_road}）", f" ({entry.from_road})") if entry.from_road else Text("", "")
            at = f"{entry.lon:.6f},{entry.lat:.6f}"
            yield Change(
                subject,
                Text(f"{zh}{kind.zh} {road.zh}{beside.zh}，{at}", f"{kind.en} {en}: {road.en}{beside.en} at {at}"),
            )


def _qualities(old: Zone, new: Zone) -> Iterator[Change]:
    yield from _members("name", Text("路名的找法", "how a name was found"), old.names, new.names)
    widths = [{name: f"{width.get('width_m')} m" for name, width in zone.widths.items()} for zone in (old, new)]
    yield from _members("width", Text("路宽", "width"), *widths)
    one = {"zone": old.id, "grade": old.grade, "gaps": len(old.gaps), "builder": old.builder}
    two = {"zone": new.id, "grade": new.grade, "gaps": len(new.gaps), "builder": new.builder}
    said = {
        "zone": Text("名称", "name of the zone"),
        "grade": Text("等级", "grade"),
        "gaps": Text("补过的缺口数", "bridged gaps"),
        "builder": Text("构建规则版本", "version of the builder"),
    }
    for key, word in said.items():
        if one[key] != two[key]:
            yield Change(key, Text(f"{word.zh}：{one[key]} → {two[key]}", f"{word.en}: {one[key]} -> {two[key]}"))
    for key in dict.fromkeys([*old.source, *new.source]):
        word = _SOURCE.get(key, Text(key, key))
        a, b = (source_words(key, zone.source.get(key)) for zone in (old, new))
        if old.source.get(key) != new.source.get(key):
            yield Change(
                "source",
                Text(f"街道来源的{word.zh}：{a.zh} → {b.zh}", f"source of the streets, {word.en}: {a.en} -> {b.en}"),
            )


def _making(old: Zone, new: Zone) -> Iterator[Change]:
    """Say what differs in what the zones were built for and with."""
    if old.notice != new.notice:
        before, after = mark_words(old.notice), mark_words(new.notice)
        yield Change("notice", Text(f"所依通告：{before} → {after}", f"notice: {before} -> {after}"))
    before_, after_ = option_words(old.built_with), option_words(new.built_with)
    none = Text("未设", "not set")
    for name in dict.fromkeys([*before_, *after_]):
        one, two = before_.get(name, none), after_.get(name, none)
        if old.built_with.get(name) != new.built_with.get(name):
            yield Change("built_with", Text(f"构建选项：{one.zh} → {two.zh}", f"build option: {one.en} -> {two.en}"))


def _succession(old: Zone, new: Zone, old_sha256: str, new_sha256: str) -> Change | None:
    if old_sha256 == new_sha256:
        return None
    if new.replaces.get("sha256") == old_sha256:
        return Change("follows", Text("新文件写明它接替旧文件", "the new zone names the old one as the one before"))
    if old.replaces.get("sha256") == new_sha256:
        return Change(
            "reversed",
            Text(
                "旧文件写明它接替的是新文件：两个文件可能给反了",
                "the old zone names the new one as the one before: perhaps the files are the wrong way round",
            ),
        )
    if new.replaces:
        other = mark_words(new.replaces)
        return Change(
            "follows_another",
            Text(f"新文件接替的不是旧文件，而是 {other}", f"the new zone names another one as the one before: {other}"),
        )
    return Change("follows_none", Text("新文件没有写明接替哪个文件", "the new zone names none as the one before"))
