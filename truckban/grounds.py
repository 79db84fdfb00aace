"""Which map a notice's zone is looked up in."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyproj
import shapely

from truckban.kept import kept
from truckban.norms import Notice
from zones import load_builtin
from zones.locate import Locator
from zones.zone import Zone
from zones.zone_file import read_zone


def ground_for(notice: Notice, zone_file: str | Path | None = None) -> Locator | None:
    """Return the map in a file, else the built-in one of the notice, else None: then positions are `unsure`.

    Raises:
        InputError: the file is no zone.
    """
    if zone_file is not None:
        return _locator(read_zone(zone_file))
    name = notice.pack.zone_file
    return None if name is None else _builtin(name)


@cache
def _builtin(name: str) -> Locator:
    return _locator(load_builtin(name))


def _locator(zone: Zone) -> Locator:
    return Locator(zone, keep=partial(_kept, zone.sha256))


def _kept(sha256: str, make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
    versions = (np.__version__, shapely.__version__, shapely.geos_version_string, pyproj.__version__)
    return kept("strips", (sha256, *versions), make, packages=("zones",))
