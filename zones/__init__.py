"""Where: street networks, ring-road polygons and the place of a position."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zones.zone import Zone


def load_builtin(name: str) -> "Zone":
    """Read a zone that comes with the program; see `zones.zone_file.load_builtin`."""
    from zones import zone_file  # noqa: PLC0415 - words and errors stay cheap to import

    return zone_file.load_builtin(name)
