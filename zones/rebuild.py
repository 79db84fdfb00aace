"""A zone built again from the files it was built from: its own words and options, each file held against its hash."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zones.area import Area, Around, Within, read_within
from zones.build import build_zone
from zones.errors import InputError
from zones.line_files import sha256_of_lines
from zones.network import StreetNetwork, read_streets, sha256_of
from zones.overlay import named
from zones.overpass import read_answer
from zones.place import areas_in
from zones.provenance import OPTIONS, Provenance
from zones.spec import ZoneSpec
from zones.text import Text
from zones.track_streets import read_tracks, together, with_tracks
from zones.zone import Zone

_SERVER = "overpass"
_SHOWN = 12
_READING = ("crs", "name_column", "layer")


@dataclass(frozen=True, kw_only=True)
class Files:
    """What a zone was built from, given again.

    Attributes:
        streets: the file of streets, or the kept answer of a server; None is to look for that in `cache`.
        tracks: (road, file) pairs, in any order.
        names: the file of added names.
        within: the file of the area that streets were taken from.
        cache: the folder that keeps the servers' answers: streets, and the area of a place.
    """

    streets: Path | None
    tracks: tuple[tuple[str, Path], ...] = ()
    names: Path | None = None
    within: Path | None = None
    cache: Path | None = None


def rebuild(zone: Zone, files: Files) -> Zone:
    """Build a zone again, with the options that it records.

    Raises:
        InputError: a file is missing, is not the one of the build, or cannot be used; the error says which.
    """
    spec = _words(zone)
    _check_names(zone, files.names)
    tracks = list(_tracks(zone, files.tracks))
    area = _area(zone, files)
    network = _streets(zone, files, [sha256_of(path) for _, path in tracks], area)
    crs = zone.built_with.get("track_crs", "wgs84")
    network = with_tracks(network, *(read_tracks(path, name=road, crs=crs) for road, path in tracks))
    if files.names is not None:
        network = named(network, files.names)
    told = zone.built_with
    return build_zone(
        network,
        spec,
        grade=told.get("grade"),
        bridge=[(lon, lat) for lon, lat in told.get("bridge", ())],
        provenance=Provenance(
            notice=zone.notice,
            replaces=zone.replaces,
            read_with={name: told[name] for name in told if name not in ("grade", "bridge", "max_gap_m")},
        ),
        **{name: told[name] for name in ("max_gap_m",) if name in told},
    )


def _words(zone: Zone) -> ZoneSpec:
    if zone.spec is None:
        raise InputError(Text("文件没有区域说明", "the file has no words to build from"))
    unknown = ", ".join(sorted(set(zone.built_with) - OPTIONS))
    if unknown:
        raise InputError(
            Text(
                f"构建时用了本版本不认识的选项：{unknown}",
                f"built with options that this version does not know: {unknown}",
            )
        )
    return zone.spec


def _same(path: Path, option: str, said: Mapping[str, Any], sha256: str) -> None:
    """Check that a file is the one that a zone names.

    Raises:
        InputError: its bytes or its name are others.
    """
    recorded, name = str(said.get("sha256")), said.get("file")
    if sha256 != recorded:
        raise InputError(
            Text(
                f"不是构建时的文件：它的 sha256 是 {sha256[:_SHOWN]}…，区域写的是 {recorded[:_SHOWN]}…",
                f"this is not the file of the build: its sha256 is {sha256[:_SHOWN]}…, the zone says {recorded[:_SHOWN]}…",
            ),
            file=path.name,
            field=option,
        )
    if path.name != name:
        # the names of files stand in the zone, and in the ids of drives
        raise InputError(
            Text(
                f"字节相同，但构建时文件名是 {name}：请用原名",
                f"the same bytes, but the build knew them as {name}: give them that name",
            ),
            file=path.name,
            field=option,
        )


def _missing(option: str, what: Text) -> InputError:
    return InputError(
        Text(f"构建时用了 {what.zh}，请再给出", f"the zone was built with {what.en}: give it again"), field=option
    )


def _unasked(path: Path, option: str) -> InputError:
    return InputError(
        Text("构建时没有用这个文件", "the zone was built without this file"), file=path.name, field=option
    )


def _check_names(zone: Zone, names: Path | None) -> None:
    overlay = _member(zone, "overlay")
    if overlay is None:
        if names is not None:
            raise _unasked(names, "--names")
        return
    if names is None:
        raise _missing("--names", Text(f"补充路名 {overlay.get('file')}", f"the names of {overlay.get('file')}"))
    _same(names, "--names", overlay, sha256_of(names))


def _tracks(zone: Zone, given: tuple[tuple[str, Path], ...]) -> Iterator[tuple[str, Path]]:
    """Yield the drives in the order of the build."""
    left = [(road.strip(), path, sha256_of(path)) for road, path in given]
    for said in zone.built_with.get("tracks", ()):
        road = said["road"]
        near = [row for row in left if row[0] == road]
        if not near:
            call = f"{road}={said['file']}"
            raise _missing("--track", Text(f"轨迹 {call}", f"the drive {call}"))
        best = next((row for row in near if row[2] == said["sha256"]), near[0])
        _same(best[1], f"--track {road}", said, best[2])
        left.remove(best)
        yield road, best[1]
    if left:
        raise _unasked(left[0][1], f"--track {left[0][0]}")


def _area(zone: Zone, files: Files) -> Area | None:
    said = _member(zone, "area")
    if said is None or "around" in said:
        if files.within is not None:
            raise _unasked(files.within, "--within")
        return None if said is None else _around(said["around"])
    origin = {name: value for name, value in said.items() if name != "area_sha256"}
    option, near = _areas_given(files, origin)
    for area in near:
        if area.said()["area_sha256"] == said.get("area_sha256"):
            return replace(area, origin=origin)
    raise InputError(Text("没有构建时的面", "this does not hold the area of the build"), field=option)


def _areas_given(files: Files, origin: Mapping[str, Any]) -> tuple[str, list[Within]]:
    """Return the areas that were given again, and the option that gave them."""
    if files.within is not None:
        return f"--within {files.within.name}", [read_within(files.within)]
    what = ", ".join(str(value) for value in origin.values())
    if "place" not in origin:
        raise _missing("--within", Text(f"一个面（{what}）", f"an area ({what})"))
    if files.cache is None:
        raise _missing(
            "--cache", Text(f"一个地方的面（{what}），它在应答里", f"the area of a place ({what}), kept in a folder")
        )
    found = []
    for path in sorted(files.cache.glob("*.json")):
        for area in areas_in(path.read_bytes()):
            with suppress(InputError):  # another place, too large to build from
                found.append(Within(area))
    return f"--cache {files.cache.name}", found


def _around(circle: object) -> Around:
    match circle:
        case [int() | float() as lon, int() | float() as lat, int() | float() as radius_m]:
            return Around(lon, lat, radius_m)
    raise _broken("area.around")


def _member(zone: Zone, name: str) -> Mapping[str, Any] | None:
    value = zone.source.get(name)
    if value is not None and not isinstance(value, dict):
        raise _broken(name)
    return value


def _broken(name: str) -> InputError:
    return InputError(Text("这一项被改坏了", "this member is broken"), field=f"truckban.source.{name}")


def _streets(zone: Zone, files: Files, tracks: list[str], area: Area | None) -> StreetNetwork:
    added = "".join(f" + {said['file']}" for said in zone.built_with.get("tracks", ()))
    said = {"file": str(zone.source.get("file")).removesuffix(added), "sha256": zone.source.get("sha256")}
    if said["file"] == _SERVER:
        return read_answer(_answer(files, str(said["sha256"]), tracks), area)
    if files.streets is None:
        raise InputError(
            Text(
                f"区域由文件 {said['file']} 建成，请给出它", f"the zone was built from the file {said['file']}: give it"
            ),
            field="--streets",
        )
    # before the file is read: a changed byte may make it unreadable, and that it changed is the reason
    _same(files.streets, "--streets", said, _with(sha256_of_lines(files.streets), tracks))
    form = {name: zone.built_with[name] for name in _READING if name in zone.built_with}
    return read_streets(files.streets, area=area, **form)


def _with(sha256: str, tracks: list[str]) -> str:
    """Return the hash of streets with drives, as the source of a zone has it."""
    return together([sha256, *tracks]) if tracks else sha256


def _answer(files: Files, sha256: str, tracks: list[str]) -> bytes:
    """Return the kept answer of a server."""
    if files.streets is not None:
        found = _with(sha256_of(files.streets), tracks)
        _same(files.streets, "--streets", {"file": files.streets.name, "sha256": sha256}, found)
        return files.streets.read_bytes()
    if files.cache is None:
        raise InputError(
            Text(
                "街道是从服务器下载的，今天的应答已不是构建时的那份；构建时若用了 --cache DIR，请再给出，否则无法重建",
                "the streets came from a server, whose answer of today is another one; if the build kept its answer, "
                "give that folder with --cache DIR, else it cannot be built again",
            ),
            field="--cache",
        )
    for path in sorted(files.cache.glob("*.json")):
        if path.stat().st_size and _with(sha256_of(path), tracks) == sha256:
            return path.read_bytes()
    raise InputError(
        Text(
            f"这个文件夹里没有构建时的应答（sha256 {sha256[:_SHOWN]}…）",
            f"this folder does not hold the answer of the build (sha256 {sha256[:_SHOWN]}…)",
        ),
        file=files.cache.name,
        field="--cache",
    )
