"""Which map a notice's zone is looked up in."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyproj
import shapely

from truckban.kept import kept
from truckban.norms import Notice
from truckban.notices.load import notice_named
from truckban.notices.shelf import Shelf, shelves_named
from zones import load_builtin
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text
from zones.zone import Zone
from zones.zone_file import read_zone

_SEVERAL = 2


def ground_for(notice: Notice, zone_file: str | Path | None = None) -> Locator | None:
    """Return the map in a file, else the built-in one of the notice, else None: then positions are `unsure`.

    Raises:
        InputError: the file is no zone.
    """
    return grounds_for([notice], [] if zone_file is None else [zone_file])[notice.id]


def grounds_for(notices: Iterable[Notice], zone_files: Sequence[str | Path]) -> dict[str, Locator | None]:
    """Return for each notice the map of its zones; several files are those of several zones, or of notices that follow each other.

    A single file is the map of whatever area a notice has (`truckban.zone_parts.mapped_zone`). Of several, each is that of the zone whose id
    it bears, and of the notice that it was built for; a notice for which none was built is answered by all.

    Raises:
        InputError: a file is no zone, or, of several, that of no zone of any notice or of the same zone as another.
    """
    laws = list(notices)
    maps = [_locator(read_zone(file)) for file in zone_files]
    if len(maps) > 1:
        _are_apart(maps, laws)
    return {law.id: _ground(law, maps) for law in laws}


def ground_over_time(shelf: Shelf, zone_files: Sequence[str | Path]) -> Locator | None:
    """Return one map for all notices of a place, which follow each other: that of its zones in some files, one each.

    Without files it is the built-in one of the first notice, if that names one.

    Raises:
        InputError: a file is no zone, or, of several, that of no zone of any notice or of the same zone as another.
    """
    if len(zone_files) < _SEVERAL:
        return grounds_for([shelf.first], zone_files)[shelf.first.id]
    return maps_together([_locator(read_zone(file)) for file in zone_files], list(shelf.notices.values()))


def maps_together(maps: Sequence[Locator], notices: Sequence[Notice]) -> Locator:
    """Return the maps of zones of some notices as one, the first zone first; a single one is that of whatever area a notice has.

    Raises:
        InputError: of several, one is of no zone of the notices, or of the same zone as another.
    """
    if len(maps) >= _SEVERAL:
        _are_apart(maps, notices, once=True)
    first, *others = maps
    return first.beside(others) if others else first


def zone_files_of(shelves: Sequence[Shelf], zone_files: Sequence[str | Path]) -> list[list[str | Path]]:
    """Return for each shelf of notices its zone files: all of them where there is one shelf.

    Of several shelves a file goes to the notice that it was built for. Where a file was built for none of them there must be one
    for each, in their order.

    Raises:
        InputError: a file is no zone, or it cannot be told whose it is.
    """
    if len(shelves) == 1 or not zone_files:
        return [list(zone_files) for _ in shelves]
    built = [read_zone(file).notice.get("id") for file in zone_files]
    owners = [next((n for n, shelf in enumerate(shelves) if name in shelf.notices), None) for name in built]
    if None not in owners:
        return [
            [file for file, owner in zip(zone_files, owners, strict=True) if owner == n] for n in range(len(shelves))
        ]
    if len(zone_files) != len(shelves):
        raise InputError(
            Text(
                f"区域文件有 {len(zone_files)} 个，通告有 {len(shelves)} 个：没有注明为哪个通告所建的区域文件，应与通告一一对应",
                f"there are {len(zone_files)} zone files and {len(shelves)} notices: where a zone file does not say which of them it was "
                "built for, give one for each",
            ),
            field="--zone",
        )
    return [[file] for file in zone_files]


def in_force_with(notice: str, zone_file: str | Path | None) -> tuple[Notice, Locator | None]:
    """Return the notice that a check is by, and its map; of a folder the notice that the zone was built for, in its time.

    Raises:
        InputError: there is no such notice, the file is no zone, or it does not say which notice of the folder it was built for.
    """
    if not Path(notice).is_dir():
        law = notice_named(notice)
        return law, ground_for(law, zone_file)
    shelves = shelves_named(notice)
    built = None if zone_file is None else read_zone(zone_file).notice.get("id")
    shelf = next((shelf for shelf in shelves if built in shelf.notices), None)
    if shelf is None:
        listed = ", ".join(name for each in shelves for name in each.notices)
        raise InputError(
            Text(
                f"一次按一个通告核查：请用 --zone 给出为其中一个通告建的区域文件；有：{listed}",
                f"a check is by one notice: give with --zone the file that was built for one of: {listed}",
            ),
            field="--zone",
        )
    law = shelf.in_its_time(str(built))
    return law, ground_for(law, zone_file)


def _ground(notice: Notice, maps: Sequence[Locator]) -> Locator | None:
    if maps:
        built = [m for m in maps if m.zone.notice.get("id") == notice.id] or maps
        own = {m.zone.id: m for m in reversed(built) if m.zone.id in notice.zones}
        first, *others = [m for m in built if m in own.values()] or built[:1]
        return first.beside(others) if others else first
    name = notice.pack.zone_file
    return None if name is None else _builtin(name)


def _are_apart(maps: Sequence[Locator], notices: Sequence[Notice], *, once: bool = False) -> None:
    """Refuse maps of no zone, and two of one zone of one notice; with `once`, of all notices."""
    known = {name for notice in notices for name in notice.zones}
    seen: set[tuple[str, object]] = set()
    for name, built in ((m.zone.id, m.zone.notice.get("id")) for m in maps):
        if name not in known:
            listed = ", ".join(sorted(known))
            raise InputError(
                Text(
                    f"区域文件 {name} 不是通告的区域；通告的区域有：{listed}",
                    f"zone file {name} is of no zone of the notice, which has: {listed}",
                ),
                field="--zone",
            )
        key = (name, None if once else built)
        if key in seen:
            raise InputError(Text(f"区域 {name} 给了两个文件", f"zone {name} has two files"), field="--zone")
        seen.add(key)


@cache
def _builtin(name: str) -> Locator:
    return _locator(load_builtin(name))


def _locator(zone: Zone) -> Locator:
    return Locator(zone, keep=partial(_kept, zone.sha256))


def _kept(sha256: str, make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
    versions = (np.__version__, shapely.__version__, shapely.geos_version_string, pyproj.__version__)
    return kept("strips", (sha256, *versions), make, packages=("zones",))
