"""A county whose notice has several zones: a town, a core within it whose roads are 含, a road that is listed, one that stays open."""

import json
from pathlib import Path

from truckban.notices.load import notice_of
from truckban.zone_words import zone_words
from zones.build import build_zone
from zones.network import read_streets
from zones.provenance import Provenance

ZONES = ("town", "core", "listed")
LON_M, LAT_M = 90_900.0, 110_900.0  # a degree at 35.2 N, near enough
LON, LAT = 113.9, 35.2
# metres east of the west road, and north of the south road
ACROSS = {"西环路": 0, "文化路": 1000, "颍川路": 2000, "东环路": 3000}
ALONG = {"南环路": 0, "滨河路": 500, "人民路": 1000, "工业路": 1500, "建设路": 2000, "北环路": 2500}
NOTICE = """
format: truckban-notice-1
id: {id}
title: 甲县货车禁行通告
issuer: 甲县人民政府
place: {{name: 甲县, province: 某省}}
dates: {{published: {first}, in_force: {first}}}
source: {{title: 甲县}}
{more}
clauses:
  - {{id: 一, text: 环路以内（不含）每日6:00至22:00禁止重型货车}}
  - {{id: 二, text: 人民路以北、文化路以东、颍川路以西（均含）、建设路以南（不含）全天}}
  - {{id: 三, text: 滨河路（文化路至颍川路）全天；工业路（西环路至文化路）可以通行}}
zones:
  - id: town
    clause: 一
    area:
      edges:
        - {{road: 西环路, side: east, boundary: excluded}}
        - {{road: 北环路, side: south, boundary: excluded}}
        - {{road: 东环路, side: west, boundary: excluded}}
        - {{road: 南环路, side: north, boundary: excluded}}
    open_roads:
      - {{road: 工业路, from: 西环路, to: 文化路}}
  - id: core
    clause: 二
    within: [town]
    area:
      edges:
        - {{road: 人民路, side: north, boundary: included}}
        - {{road: 文化路, side: east, boundary: included}}
        - {{road: 颍川路, side: west, boundary: included}}
        - {{road: 建设路, side: south, boundary: excluded}}
  - id: listed
    clause: 三
    roads:
      - {{road: 滨河路, from: 文化路, to: 颍川路}}
windows:
  day: {{clause: 一, spans: ["06:00-22:00"]}}
rules:
  - {{id: ban.town, clause: 一, where: [{{zone: town}}], windows: [day], when: {{fact: size, in: [heavy]}}}}
  - {{id: ban.core, clause: 二, where: [{{zone: core}}], when: {{fact: size, in: [heavy]}}}}
  - {{id: ban.listed, clause: 三, where: [{{zone: listed}}], when: {{fact: size, in: [heavy]}}}}
"""


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x / LON_M, LAT + y / LAT_M


def streets() -> str:
    ends = (-800.0, 3800.0)
    roads = {name: [(x, ends[0]), *((x, y) for y in ALONG.values()), (x, ends[1])] for name, x in ACROSS.items()}
    roads |= {name: [(ends[0], y), *((x, y) for x in ACROSS.values()), (ends[1], y)] for name, y in ALONG.items()}
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "highway": "secondary"},
            "geometry": {"type": "LineString", "coordinates": [at(*point) for point in points]},
        }
        for name, points in roads.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def notice(id_: str = "jia-2024-1", first: str = "2024-01-01", more: str = "") -> str:
    return NOTICE.format(id=id_, first=first, more=more)


def written(folder: Path, text: str | None = None) -> Path:
    """Write the notice (`law/jia.yaml`) and a file of each of its zones; return the folder."""
    (folder / "law").mkdir(parents=True, exist_ok=True)
    path = folder / "law" / "jia.yaml"
    path.write_text(text or notice(), "utf-8")
    (folder / "streets.geojson").write_text(streets(), "utf-8")
    law, network = notice_of(path.read_bytes()), read_streets(folder / "streets.geojson")
    for name in ZONES:
        zone = build_zone(
            network, zone_words(law, name), provenance=Provenance(notice={"id": law.id, "sha256": law.sha256})
        )
        (folder / f"{name}.geojson").write_text(zone.text, "utf-8")
    return folder
