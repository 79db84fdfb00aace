"""Which map a notice's zone is looked up in."""

from functools import cache
from pathlib import Path

from truckban.norms import Notice
from zones import load_builtin
from zones.locate import Locator
from zones.zone_file import read_zone


def ground_for(notice: Notice, zone_file: str | Path | None = None) -> Locator | None:
    """Return the map in a file, else the built-in one of the notice, else None: then positions are `unsure`.

    Raises:
        InputError: the file is no zone.
    """
    if zone_file is not None:
        return Locator(read_zone(zone_file))
    name = notice.pack.zone_file
    return None if name is None else _builtin(name)


@cache
def _builtin(name: str) -> Locator:
    return Locator(load_builtin(name))
