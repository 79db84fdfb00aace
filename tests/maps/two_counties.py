"""Counties beside each other, each with its notice and its map: one ring of four roads and a street through it."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from truckban.norms import Notice
from truckban.notices.load import notice_of
from truckban.notices.shelf import Shelf
from truckban.questions.jurisdiction import Jurisdiction
from truckban.zone_words import zone_words
from zones.build import build_zone
from zones.locate import Locator
from zones.network import read_streets
from zones.provenance import Provenance
from zones.zone_file import parse_zone

LON_M, LAT_M = 90_900.0, 110_900.0  # a degree at 35.2 N, near enough
LON, LAT = 113.9, 35.2
RING_M = 2_000.0
BEYOND_M = 800.0
HEAVY = {"vehicle_type": "重型自卸货车", "gross_mass_kg": 25_000}
LIGHT = {"vehicle_type": "轻型厢式货车", "gross_mass_kg": 3_000, "length_mm": 5_000}
_NOTICE = """
format: truckban-notice-1
id: {id}
title: {name}货车禁行通告
issuer: {name}人民政府
place: {{name: {name}, province: 某省}}
dates: {{published: {first}, in_force: {first}}}
source: {{title: {name}}}
{more}
clauses:
  - {{id: 一, text: {name}环路以内（不含）{hours}禁止重型货车}}
zones:
  - id: ring
    clause: 一
    area:
      edges:
        - {{road: {name}西路, side: east, boundary: excluded}}
        - {{road: {name}北路, side: south, boundary: excluded}}
        - {{road: {name}东路, side: west, boundary: excluded}}
        - {{road: {name}南路, side: north, boundary: excluded}}
windows:
  banned: {{clause: 一, spans: ["{hours}"]}}
rules:
  - {{id: ban.heavy, clause: 一, where: [{{zone: ring}}], windows: [banned], when: {{fact: size, in: [heavy]}}}}
"""


class County(NamedTuple):
    """Where a county's ring begins (metres east of the first one's south-west corner), and its files."""

    east_m: float
    notice: bytes
    zone: bytes
    law: Notice
    ground: Locator

    def at(self, x: float, y: float) -> dict[str, float]:
        """Return a position, metres from the south-west corner of the ring."""
        return {"lon": LON + (self.east_m + x) / LON_M, "lat": LAT + y / LAT_M}

    @property
    def centre(self) -> dict[str, float]:
        """Return a position inside the ring, on no street."""
        return self.at(RING_M / 2 + 200, RING_M / 2)

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Return what answers for it alone."""
        return Jurisdiction(Shelf([self.law]), {self.law.id: self.ground})

    def write(self, folder: Path) -> Path:
        """Write its files; return that of its zone."""
        (folder / "law").mkdir(parents=True, exist_ok=True)
        (folder / "law" / f"{self.law.id}.yaml").write_bytes(self.notice)
        path = folder / f"{self.law.id}.geojson"
        path.write_bytes(self.zone)
        return path


@cache
def county(
    name: str = "甲县",
    id_: str = "jia-2024-1",
    *,
    east_m: float = 0.0,
    hours: str = "06:00-22:00",
    first: str = "2024-01-01",
    through: str = "人民路",
    more: str = "",
) -> County:
    """Make a county; `through` is the street that crosses its ring from west to east."""
    text = _NOTICE.format(id=id_, name=name, first=first, hours=hours, more=more).encode()
    law = notice_of(text)
    low, mid, high = 0.0, RING_M / 2, RING_M
    ends = -BEYOND_M, RING_M + BEYOND_M
    roads = {
        f"{name}{side}路": [(x, end) for end in (ends[0], low, mid, high, ends[1])]
        for side, x in (("西", low), ("东", high))
    }
    roads |= {
        f"{name}{side}路": [(end, y) for end in (ends[0], low, high, ends[1])]
        for side, y in (("南", low), ("北", high))
    }
    roads[through] = [(x, mid) for x in (ends[0], low, high, ends[1])]
    features = [
        {
            "type": "Feature",
            "properties": {"name": road, "highway": "secondary"},
            "geometry": {
                "type": "LineString",
                "coordinates": [(LON + (east_m + x) / LON_M, LAT + y / LAT_M) for x, y in points],
            },
        }
        for road, points in roads.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "streets.geojson")
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
        network = read_streets(path)
    words = zone_words(law, "ring")
    zone = build_zone(network, words, provenance=Provenance(notice={"id": law.id, "sha256": law.sha256})).text.encode()
    return County(east_m, text, zone, law, Locator(parse_zone(zone.decode())))
