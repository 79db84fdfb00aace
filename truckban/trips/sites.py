"""Where an enterprise's gate is, for a trip that begins or ends there."""

import numpy as np
from shapely.geometry import shape

from enterprises.names import Matcher
from enterprises.registry import Registry
from enterprises.sites import Site
from truckban.trips.ends import Sites
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.text import Text


def sites_of(registry: Registry) -> Sites:
    """Return what finds an enterprise's position by the name people write.

    The finder raises InputError where the name is none or several of the registry, or the enterprise has no position or several.
    """
    matcher = Matcher(registry)

    def found(name: str) -> tuple[float, float, Text]:
        answer = matcher.match(name)
        if answer.match is None:
            listed = "、".join(candidate.name for candidate in answer.candidates)
            hint = Text(f"；是不是 {listed}？", f"; is it {listed}?") if listed else Text("", "")
            raise InputError(
                Text(f"名录里没有 {name}{hint.zh}", f"the registry has no {name}{hint.en}"), field="enterprise"
            )
        own = [site for site in registry.sites if site.enterprise == answer.match.enterprise]
        official = answer.match.name
        if not own:
            raise InputError(
                Text(
                    f"{official} 还没有位置（名单不公布位置，须由使用单位导入）",
                    f"{official} has no position yet (the list publishes none; the operator imports them)",
                ),
                field="enterprise",
            )
        if len(own) > 1:
            gates = "、".join(site.name or site.id for site in own)
            raise InputError(
                Text(
                    f"{official} 有几处：{gates}；请给出位置", f"{official} has several sites: {gates}; give a position"
                ),
                field="enterprise",
            )
        return *_position(own[0]), _said(official, own[0])

    return found


def _position(site: Site) -> tuple[float, float]:
    """Return a place in the site, WGS 84 lon/lat."""
    point = shape(dict(site.geometry)).representative_point()
    lon, lat = to_wgs84(np.array([point.x]), np.array([point.y]), site.crs)
    return float(lon[0]), float(lat[0])


def _said(official: str, site: Site) -> Text:
    invented = Text("，位置是虚构的", ", an invented position") if site.invented else Text("", "")
    return Text(
        f"{official} 的位置来自：{site.source}（{site.date}）{invented.zh}",
        f"the position of {official} is from: {site.source} ({site.date}){invented.en}",
    )
