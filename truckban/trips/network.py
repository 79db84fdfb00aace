"""Notices, zones and streets, loaded together for planning."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from enterprises.registry_file import registry_named
from truckban.freight.enterprise_answers import told
from truckban.grounds import ground_over_time, zone_files_of
from truckban.notices.shelf import shelves_named
from truckban.trips.ends import Sites
from truckban.trips.rules import Rule, maps_of
from truckban.trips.sites import sites_of
from zones.errors import InputError
from zones.network import read_streets
from zones.routing.ground import TripStreets
from zones.routing.speeds import load_speeds
from zones.text import Text


@dataclass(frozen=True, eq=False)
class Network:
    """What trips are planned on."""

    rules: tuple[Rule, ...]
    streets: TripStreets
    sites: Sites | None = None


def network_of(
    notices: Sequence[str | Path],
    zones: Sequence[str | Path] | None = None,
    *,
    streets: str | Path | None = None,
    speeds: str | Path | None = None,
    enterprises: str | None = None,
) -> Network:
    """Load notices with their zones, and streets.

    Args:
        notices: built-in names, files or folders.
        zones: a file for each, or for each zone of each; the notices' own if None.
        streets: a file of streets; those of the zones' files if None.
        speeds: a file of assumed speeds; the built-in ones if None.
        enterprises: a registry by its name or file, for trips that begin or end at an enterprise; the built-in list if None.

    Raises:
        InputError: a file that cannot be read, a notice without a zone, or zones without streets.
    """
    rules = []
    shelves = [shelf for name in notices for shelf in shelves_named(name)]
    for shelf, files in zip(shelves, zone_files_of(shelves, zones or ()), strict=True):
        ground = ground_over_time(shelf, files)
        if ground is None:
            raise InputError(
                Text(
                    f"通告 {shelf.first.id} 没有自带区域，请给出区域文件",
                    f"notice {shelf.first.id} comes with no zone; give a zone file",
                ),
                field="--zone",
            )
        rules.append(Rule(shelf, ground))
    grounds = maps_of(rules)
    assumed = load_speeds(speeds)
    with told():
        sites = sites_of(registry_named(enterprises))
    if streets is None:
        return Network(tuple(rules), TripStreets.of_zones(grounds, speeds=assumed), sites)
    read = read_streets(streets)
    drawn = read.grade == "survey"
    made = TripStreets.of(read.segments, grounds, turns=read.turns, speeds=assumed, drawn=drawn)
    return Network(tuple(rules), made, sites)
