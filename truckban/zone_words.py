"""The words of a notice's zones, as `zones` builds by them."""

from collections.abc import Mapping

from truckban.norms import Notice
from truckban.notices.model import NoticeZone
from zones.errors import InputError
from zones.spec import Junction, Part, PlaceOrName, ZoneSpec
from zones.text import Text


def zone_words(notice: Notice, name: str | None = None) -> ZoneSpec:
    """Return the words of one zone of a notice; `open_roads` are among its carve-outs.

    Args:
        notice: whose zones there are.
        name: the zone's id; the notice's first area unless said, else its first list of roads.

    Raises:
        InputError: it has no such zone, or the zone has no words to build by.
    """
    zones = {zone.id: zone for zone in notice.zones.values() if zone.unstated is None}
    if name is None:
        areas = [zone.id for zone in zones.values() if zone.area is not None]
        name = next(iter([*areas, *zones]), None)
        if name is None:
            raise InputError(
                Text("通告里没有写明的区域或道路", "the notice states no area and no roads"), field="--notice"
            )
    if name not in zones:
        known = ", ".join(zones) or "-"
        raise InputError(
            Text(
                f"通告里没有可以画出的区域 {name}；有：{known}",
                f"the notice has no zone {name} to build; there are: {known}",
            ),
            field="--zone-id",
        )
    return _words(zones[name])


def zones_beside(notice: Notice, name: str) -> list[str]:
    """Return the other zones of a notice that a rule is about: a map of one says nothing of them."""
    asked = {where.zone for rule in notice.pack.rules for where in rule.where or ()}
    return [zone for zone in notice.zones if zone in asked and zone != name]


def _words(zone: NoticeZone) -> ZoneSpec:
    if zone.area is None:
        return ZoneSpec(zone=zone.id, edges=[], roads=[_placed(part, {}) for part in zone.roads or ()])
    points = zone.area.points
    open_roads = [_placed(part, points) for part in zone.open_roads]
    said = zone.area.model_dump(by_alias=True)
    carve_outs = [*zone.area.carve_outs, *open_roads]
    return ZoneSpec(zone=zone.id, **{**said, "carve_outs": carve_outs})


def _placed(part: Part, points: Mapping[str, object]) -> Part:
    """Return a stretch with the cross streets that it names (建设路至光明路) as the junctions that they are."""

    def place(end: PlaceOrName | None) -> PlaceOrName | None:
        return Junction(junction=(part.road, end)) if isinstance(end, str) and end not in points else end

    return part.model_copy(update={"from_": place(part.from_), "to": place(part.to)})
