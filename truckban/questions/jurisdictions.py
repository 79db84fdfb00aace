"""Several places at once: which of them answer for a place that is asked about. docs/decisions/0017-several-counties.md."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from truckban.far import is_near
from truckban.grounds import grounds_for, zone_files_of
from truckban.norms import Notice
from truckban.notices.shelf import shelves_named
from truckban.places import knows_road, read_position
from truckban.questions.asking import prefixed, question_at, shown, unreadable
from truckban.questions.jurisdiction import Jurisdiction
from truckban.questions.strictest import Heard, strictest
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

_SOMEWHERE = ("inside", "boundary_road", "carve_out")


class _Asked(NamedTuple):
    """A place's notice for an instant, which was read in its zone of time."""

    jurisdiction: Jurisdiction
    at: tuple[dt.datetime, bool]
    notice: Notice
    ground: Locator | None


class Jurisdictions:
    """The notices of several places. Of a position those answer whose map holds it; in whatever order they were given.

    A map holds what is not far from all that it shows (`truckban.far`). A place without a map may hold any position: it is heard too, unless
    another's map has the position in its zone. Where no map holds it all are heard, and each says that it is far.
    """

    def __init__(self, each: Iterable[Jurisdiction]) -> None:
        """Take them."""
        self.each: Sequence[Jurisdiction] = sorted(each, key=lambda place: place.shelf.first.id)
        notices = [notice for place in self.each for notice in place.shelf.notices.values()]
        self.alerts = frozenset(name for notice in notices for name in notice.pack.alerts)

    def answer(self, case: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the verdict on a case of the contract (section 1): the strictest of those that answer for its place.

        Raises:
            InputError: the case cannot be read, or it cannot be told which place it means; with the dotted path of the field.
        """
        if not isinstance(case, Mapping) or case.get("at") is None:
            raise unreadable(case)
        asked = [_Asked(place, *place.asked_at(case["at"])) for place in self.each]
        try:
            heard = _heard(case.get("place"), asked)
        except InputError as error:
            raise prefixed(error, "place") from None
        return shown(
            case,
            strictest(
                [
                    Heard(place, notice, ground, question_at(self.own(case, notice), at, notice, ground))
                    for place, at, notice, ground in heard
                ]
            ),
        )

    def own(self, said: Mapping[str, Any], notice: Notice) -> Mapping[str, Any]:
        """Return what was said, with those alert levels alone that a notice knows, where another knows the others."""
        alerts = said.get("alerts")
        if not isinstance(alerts, list) or not alerts or not set(map(str, alerts)) <= self.alerts:
            return said
        return {**said, "alerts": [level for level in alerts if level in notice.pack.alerts]}


def holding(grounds: Sequence[Locator | None], lon: float, lat: float) -> list[bool]:
    """Return which of some maps are asked about a WGS 84 position: those that hold it, and places without one; if none holds it, all."""
    near = [ground is not None and is_near(ground, lon, lat) for ground in grounds]
    return (
        [held or ground is None for held, ground in zip(near, grounds, strict=True)]
        if any(near)
        else [True] * len(near)
    )


def together(each: Sequence[Jurisdiction]) -> "Jurisdiction | Jurisdictions":
    """Return one place as itself, several as one."""
    return each[0] if len(each) == 1 else Jurisdictions(each)


def jurisdictions_named(notice: str | Path, zones: Sequence[str | Path] = ()) -> "Jurisdiction | Jurisdictions":
    """Load a built-in notice, a notice's file, or a folder of the notices of one place or several, with their maps.

    Args:
        notice: its name or path.
        zones: zone files; the notices' own unless said.

    Raises:
        InputError: there is no such notice, or a file cannot be used.
    """
    shelves = shelves_named(notice)
    files = zone_files_of(shelves, zones)
    return together(
        [
            Jurisdiction(shelf, grounds_for(shelf.notices.values(), own))
            for shelf, own in zip(shelves, files, strict=True)
        ]
    )


def _heard(place: Any, asked: Sequence[_Asked]) -> Sequence[_Asked]:  # noqa: ANN401
    """Return those who answer for the `place` of a case.

    Raises:
        InputError: it is in a zone and it is not said whose, or it is no position.
    """
    if not isinstance(place, Mapping):
        return asked
    if "lon" in place or "lat" in place:
        held = holding([each.ground for each in asked], *read_position(place))
        return [each for each, may in zip(asked, held, strict=True) if may]
    road, zones = place.get("road"), place.get("zones")
    if isinstance(road, str):
        found = [each for each in asked if knows_road(each.notice.road_name(road), each.notice, each.ground)]
        asked = found or asked
    if isinstance(zones, Mapping) and zones and "zone" not in place:
        asked = _with_zones(zones, asked)
    if len(asked) > 1 and (place.get("zone") in _SOMEWHERE or zones):
        raise _which(asked, "zone" if "zone" in place else "zones")
    return asked


def _with_zones(zones: Collection[str], asked: Sequence[_Asked]) -> Sequence[_Asked]:
    """Return those whose notice has all of some zones."""
    found = [each for each in asked if all(name in each.notice.zones for name in zones)]
    if not found:
        named = ", ".join(map(str, zones))
        listed = "; ".join(f"{each.notice.id}: {', '.join(each.notice.zones)}" for each in asked)
        raise InputError(
            Text(f"没有一个通告有区域 {named}；有：{listed}", f"no notice has the zones {named}; there are: {listed}"),
            field="zones",
        )
    return found


def _which(asked: Sequence[_Asked], field: str) -> InputError:
    listed = ", ".join(each.notice.id for each in asked)
    return InputError(
        Text(
            f"有几个地方的通告，请用 notice 写明是哪个的区域：{listed}",
            f"there are notices of several places: say with `notice` whose zone is meant: {listed}",
        ),
        field=field,
    )
