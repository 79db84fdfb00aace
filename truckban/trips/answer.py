"""From a plan to the contract's object (section 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from truckban.json_text import identity
from truckban.moments import rfc3339
from truckban.trips.ends import End, Sites
from truckban.trips.model import Alternative, Options, Piece, Plan, Wanted
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from truckban.trips.rules import Rule
from truckban.trips.ways import Way, instant
from zones.routing.ground import TripStreets
from zones.text import Text

_PLACES = 6


def answer_trip(
    asked: Mapping[str, Any],
    streets: TripStreets,
    rules: Sequence[Rule],
    *,
    options: Options | None = None,
    sites: Sites | None = None,
    allow_files: bool = False,
) -> dict[str, Any]:
    """Return the answer to one trip, its `id` first.

    Raises:
        InputError: the trip cannot be read, with its field.
    """
    plan = plan_trip(streets, read_trip(asked, streets, rules, sites=sites, allow_files=allow_files), options)
    return {"id": identity(asked), **as_json(plan, geometry=asked.get("geometry") is True)}


def as_json(plan: Plan, *, geometry: bool = False) -> dict[str, Any]:
    """Return a plan as the contract's object, without `id`.

    Args:
        plan: the answer.
        geometry: with lines, and where the truck is when at each of their points: `[lon, lat]` and seconds from the departure.
    """
    zone = plan.trip.timezone
    return {
        "verdict": plan.word,
        "says": _notes(plan.says),
        "origin": _end(plan.trip.origin),
        "destination": _end(plan.trip.destination),
        "first_unlawful": _first(plan),
        "route": None if plan.way is None else _way(plan.way, zone, geometry=geometry),
        "parts": [_piece(piece, zone) for piece in plan.pieces],
        "alternatives": [_alternative(one, zone, geometry=geometry) for one in plan.alternatives],
        "why_none": None if plan.why_none is None else plan.why_none.zh,
        "why_none_en": None if plan.why_none is None else plan.why_none.en,
        "zones": [dict(facts) for facts in plan.facts],
    }


def _notes(notes: Sequence[tuple[str, Text]]) -> list[dict[str, str]]:
    return [{"code": code, "text": text.zh, "text_en": text.en} for code, text in notes]


def _end(end: End) -> dict[str, Any]:
    return {
        "lon": round(end.lon, _PLACES),
        "lat": round(end.lat, _PLACES),
        "place": end.word,
        "off_street_m": round(end.off_m, 1),
    }


def _first(plan: Plan) -> dict[str, Any] | None:
    first = plan.first_unlawful
    if first is None:
        return None
    reason = next(iter(first.verdict.reasons), None)
    return {
        "at": rfc3339(first.at, plan.trip.timezone),
        "road": first.road,
        "lon": round(first.lon, _PLACES),
        "lat": round(first.lat, _PLACES),
        "clause": None if reason is None else reason.clause,
        "verdict": first.verdict.verdict,
        "notice": first.verdict.notice,
        "reasons": [one.as_json() for one in first.verdict.reasons],
        "missing": list(first.verdict.missing),
        "enforceable": first.verdict.enforceable,
    }


def _piece(piece: Piece, zone: str) -> dict[str, Any]:
    return {
        "verdict": piece.word,
        "from": _when(piece.since, zone),
        "to": _when(piece.until, zone),
        "roads": list(piece.roads),
        "place": piece.verdict.place,
        "notice": piece.verdict.notice,
        "reasons": [{"code": reason.code, "clause": reason.clause} for reason in piece.verdict.reasons],
        "missing": list(piece.verdict.missing),
    }


def _way(way: Way, zone: str, *, geometry: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "depart": _when(way.departs, zone),
        "arrive": _when(way.arrives, zone),
        "length_m": round(way.length_m, 1),
        "roads": way.roads,
        "steps": [
            {
                "road": s.name,
                "from": _when(s.entered, zone),
                "to": _when(s.left, zone),
                "length_m": round(s.length_m, 1),
            }
            for s in way.steps
        ],
    }
    if way.waits:
        answer["waits"] = []
        for wait in way.waits:
            lon, lat = way.position(wait.since)
            road = way.streets.name(way.legs[wait.after].edge)
            answer["waits"].append(
                {
                    "road": road,
                    "lon": round(lon, _PLACES),
                    "lat": round(lat, _PLACES),
                    "from": _when(wait.since, zone),
                    "to": _when(wait.until, zone),
                }
            )
    if geometry:
        answer["line"] = [[round(lon, 7), round(lat, 7), round(at - way.departs, 3)] for lon, lat, at in way.timed_line]
    return answer


def _alternative(one: Alternative, zone: str, *, geometry: bool) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "text": one.why.zh,
        "text_en": one.why.en,
        **_way(one.way, zone, geometry=geometry),
        "extra_s": round(one.extra_s),
        "extra_m": round(one.extra_m, 1),
        "permit": None if one.permit is None else _permit(one.permit),
        **({"vehicle": one.vehicle} if one.vehicle is not None else {}),
    }


def _permit(wanted: Wanted) -> dict[str, Any]:
    return {
        "roads": list(wanted.roads),
        "windows": list(wanted.windows),
        "valid_from": wanted.day.isoformat(),
        "valid_to": wanted.until.isoformat(),
        "area": None if wanted.area is None else shapely.geometry.mapping(wanted.area),
    }


def _when(at_s: float, zone: str) -> str:
    """Write an instant to the second, as RFC 3339; the nearest second, not the one it has begun."""
    return rfc3339(instant(round(at_s, 3)), zone)
