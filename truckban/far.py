"""Places far from everything that a notice's map shows: what the notice says of them is true, and nothing is known of their own bans.

A zone's file holds the zone, its boundary roads and the streets about 2.5 km around. What lies more than `FAR_M` beyond the box
around these is far: there another place's notices may begin, and "outside the zone, allowed" is no answer to them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from truckban.norms import Notice
from truckban.questions.fix_numbers import Column
from zones.locate import Locator
from zones.place_grid import Bounds
from zones.text import Text

FAR_M = 5_000.0
"""Beyond the streets of a map; a choice, no law: a town's trucks are not warned on its own outskirts, those of the next town are."""
CODE = "place.far"

_Floats = npt.NDArray[np.float64]


# a province's counties are all asked about each position
@lru_cache(maxsize=1024)
def near(ground: Locator) -> Bounds:
    """Return the bounds of what a map and the maps beside it know: their zones and streets, and `FAR_M` around."""
    zones = [one.zone for one in (ground, *ground.others)]
    shapes = [zone.area for zone in zones]
    for zone in zones:
        shapes.extend(road.geometry for road in zone.boundary_roads)
        shapes.extend(part.geometry for part in zone.carve_outs)
        shapes.extend(street.geometry for street in zone.streets)
    west, south, east, north = shapely.total_bounds(np.array(shapes, object))
    x, y = ground.plane.xy([west, west, east, east], [south, north, south, north])
    corners = [x.min() - FAR_M, x.max() + FAR_M], [y.min() - FAR_M, y.max() + FAR_M]
    lon, lat = ground.plane.lonlat(*corners)
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def far_rows(ground: Locator, lon: Column, lat: Column) -> list[npt.NDArray[np.bool_]]:
    """Return which of some WGS 84 positions are far, one array of shape (n,); none where no position can be."""
    west, south, east, north = near(ground)
    if lon.least >= west and lon.most <= east and lat.least >= south and lat.most <= north:
        return []
    return [(lon.values < west) | (lon.values > east) | (lat.values < south) | (lat.values > north)]


def far_notes(notice: Notice, ground: Locator, lon: float, lat: float) -> tuple[tuple[str, Text], ...]:
    """Return what is to be said of a WGS 84 position: that it is far, or nothing."""
    return () if is_near(ground, lon, lat) else ((CODE, far_text((notice,))),)


def is_near(ground: Locator, lon: float, lat: float) -> bool:
    """Return whether a WGS 84 position is not far: the map, with those beside it, holds it."""
    west, south, east, north = near(ground)
    return west <= lon <= east and south <= lat <= north


def far_from_all(grounds: Iterable[Locator], lon: _Floats, lat: _Floats) -> bool:
    """Return whether one of some WGS 84 positions is far from each of some maps."""
    far = np.ones(len(lon), bool)
    for west, south, east, north in map(near, grounds):
        far &= (lon < west) | (lon > east) | (lat < south) | (lat > north)
    return bool(far.any())


def far_text(notices: Sequence[Notice]) -> Text:
    """Return the sentence on a place: by which notices the answer is, and that it is by no other."""
    return _said(Text("这里", "this is"), notices)


def far_on_the_way(notices: Sequence[Notice]) -> Text:
    """Return the same sentence on a trip that leads to such places."""
    return _said(Text("路上有的地方", "some of the way is"), notices)


def _said(where: Text, notices: Sequence[Notice]) -> Text:
    packs = [notice.pack for notice in notices]
    places = dict.fromkeys(pack.place.name for pack in packs)
    named = [f"《{pack.title}》" + (f"（{pack.doc_no}）" if pack.doc_no else "") for pack in packs]
    return Text(
        f"{where.zh}离{'、'.join(places)}的禁行区域很远：只按{'、'.join(named)}回答，当地自己的禁行、限行规定不在其中，须另行查明",
        f"{where.en} far from the zones of {', '.join(places)}: answers are by {', '.join(named)} alone, "
        "bans of the place itself are not known here and have to be looked up",
    )
