"""The county, its zone and the trips that `trips_peer.py` asks for, drawn by a seed."""

import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from county_network import LAT, LON, county_of, osm_text

from truckban.trips.network import Network, network_of
from zones.locate import Place

NOTICE = "linyi-2023-5"
DAY = "2024-05-08"
VEHICLE = {
    "plate": "晋M12345",
    "vehicle_type": "重型厢式货车",
    "gross_mass_kg": 25000,
    "length_mm": 9000,
    "height_mm": 3900,
    "width_mm": 2500,
    "axle_load_kg": 10000,
}
KINDS = {
    "outside to outside": 0.25,
    "across": 0.2,
    "outside to inside": 0.25,
    "inside to outside": 0.2,
    "inside to inside": 0.1,
}
"""Shares of the trips; `across` goes from one side of the town to the other, where 五一路 is the quickest way."""
ACROSS_LON, ACROSS_LAT = 0.012, (0.0185, 0.04)
"""Ends of those: at most so many degrees from the town's middle, and so many north and south of it."""
EDGES = (360, 1320)
AT_EDGE, AT_EDGE_MIN = 0.2, 30
"""A share of the trips leaves so many minutes around the beginning and the end of the ban."""
NO_ENDS = ("motorway", "motorway_link", "trunk")
OFF_M = 15.0


class Trip(NamedTuple):
    """A trip as both are asked: its kind, our question, and the positions."""

    kind: str
    asked: dict[str, Any]
    ends: tuple[tuple[float, float], tuple[float, float]]


def county(work: Path, seed: int, speeds: Path | None) -> tuple[Path, Path, Network]:
    """Make the county and its zone; return their files and the network."""
    osm, zone = work / "county.osm", work / "zone.geojson"
    osm.write_text(osm_text(county_of(seed)), "utf-8")
    zone.unlink(missing_ok=True)
    program = Path(sys.executable).with_name("truckban")
    command = [str(part) for part in (program, "zone", "build", "--streets", osm, "--notice", NOTICE, "--out", zone)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return osm, zone, network_of((NOTICE,), (zone,), streets=osm, speeds=speeds)


def inside(network: Network, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell of positions whether they lie in the zone."""
    return np.asarray(network.rules[0].ground.places(lon, lat) == Place.INSIDE)


def trips_of(network: Network, count: int, seed: int) -> list[Trip]:
    """Return trips that are drawn by a seed."""
    rng = np.random.default_rng(seed)
    streets = network.streets
    highway = np.array([fit.highway for fit in streets.fits])[streets.fit]
    whole = streets.graph.edges.length[streets.real]
    length = np.where(np.isin(highway, NO_ENDS), 0.0, whole)
    drawn = rng.choice(len(length), 60 * count, p=length / length.sum()).astype(np.int32)
    x, y = streets.graph.positions(streets.real[drawn], rng.random(len(drawn)) * length[drawn])
    lon, lat = streets.graph.plane.lonlat(*(v + rng.uniform(-OFF_M, OFF_M, len(drawn)) for v in (x, y)))
    within = inside(network, lon, lat)
    positions = list(zip(lon.round(6).tolist(), lat.round(6).tolist(), strict=True))
    aside, north = np.abs(lon - LON), lat - LAT
    wanted = {
        "inside": within,
        "outside": ~within,
        "north": ~within & (aside < ACROSS_LON) & (north > ACROSS_LAT[0]) & (north < ACROSS_LAT[1]),
        "south": ~within & (aside < ACROSS_LON) & (north < -ACROSS_LAT[0]) & (north > -ACROSS_LAT[1]),
    }
    pools = {word: iter([positions[n] for n in np.flatnonzero(which)]) for word, which in wanted.items()}
    kinds = rng.choice(list(KINDS), count, p=list(KINDS.values())).tolist()
    around = rng.choice(EDGES, count) + rng.integers(-AT_EDGE_MIN, AT_EDGE_MIN, count)
    minutes = np.where(rng.random(count) < AT_EDGE, around, rng.integers(0, 1440, count)).tolist()
    found = []
    for number, (kind, minute) in enumerate(zip(kinds, minutes, strict=True)):
        origin, destination = (
            next(pools[word])
            for word in (("north", "south")[:: (-1) ** number] if kind == "across" else kind.split(" to "))
        )
        ends = [{"lon": lon, "lat": lat} for lon, lat in (origin, destination)]
        asked = {"id": number, "vehicle": VEHICLE, "origin": ends[0], "destination": ends[1]}
        asked["depart"] = f"{DAY}T{minute // 60:02d}:{minute % 60:02d}:00+08:00"
        found.append(Trip(kind, asked, (origin, destination)))
    return found
