"""Loading places on no list: where several heavy trucks stand for long, again and again, and no known place is.

What is found are candidates for inspection, with the evidence; nobody is accused. A restaurant with a car park for trucks looks
much like a stone yard: a person has to look.
"""

import datetime as dt
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from enterprises.density import clusters_of
from enterprises.places import Places
from enterprises.plane import metres_a_degree
from enterprises.stops import FULL, HALF, UNKNOWN, Floats, Index, Stops
from enterprises.visits import ERROR_M

_HOUR_S, _DAY_S = 3600, 86_400
_NIGHT_FROM_S, _NIGHT_TO_S = 2 * _HOUR_S, 4 * _HOUR_S
_NIGHT_STAY_S, _REST_S = 4 * _HOUR_S, 8 * _HOUR_S
_LOOK_M = 2000.0
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    Attributes:
        min_s: stops shorter than this are none of loading.
        radius_m: stops so near to each other are at one place.
        dense: a place is dense where so many stops lie within the radius.
        min_vehicles: so many trucks at least must have stood there other than overnight.
        min_stops: so many times.
        error_m: a stop whose receiver may be off by so much (one standard deviation) may lie in a known place next to it.
        sprawl_m: what reaches further from its middle is no yard, and is said to sprawl.
    """

    min_s: float = 900.0
    radius_m: float = 50.0
    dense: int = 5
    min_vehicles: int = 3
    min_stops: int = 10
    error_m: float = ERROR_M
    sprawl_m: float = 400.0


@dataclass(frozen=True, slots=True)
class Example:
    """One stop as an example."""

    vehicle_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place to be looked at, with what speaks for it.

    Attributes:
        id: by its position, so that the next run names it alike.
        rank: from 1; by trucks, then stops.
        lon: WGS 84 degrees, the middle of its stops.
        lat: likewise.
        reach_m: from the middle, so far lie nine of ten stops.
        sprawls: whether that is further than any yard.
        vehicles: how many trucks stood there.
        stops: how often.
        overnight: of these, rests: stays of four hours or more that hold the whole of 02:00 to 04:00, or of eight at any time.
        vehicles_overnight: trucks that rested there: their home may be here.
        days: on how many local days trucks came.
        first_s: seconds since 1970-01-01 UTC.
        last_s: likewise.
        hours: arrivals by hour of the local day, 24 numbers.
        median_min: half of the stops (overnight ones left out) are shorter, minutes.
        load_known: stops of which the terminal says the load before and after.
        left_loaded: of these, came less loaded than they went.
        near: id of the nearest known place within 2 km, None for none.
        near_m: from its border.
        examples: of several trucks, over the time.
    """

    id: str
    rank: int
    lon: float
    lat: float
    reach_m: float
    sprawls: bool
    vehicles: int
    stops: int
    overnight: int
    vehicles_overnight: int
    days: int
    first_s: float
    last_s: float
    hours: tuple[int, ...]
    median_min: float
    load_known: int
    left_loaded: int
    near: str | None
    near_m: float | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Candidates, and what became of every stop.

    Attributes:
        candidates: by rank.
        stops: `all` = `repeated` + `short` + `not_heavy` + `known_place` + `scattered` + `few_vehicles` + `overnight_only` +
            `few_stops` + `candidates`.
        clusters: `all` = `few_vehicles` + `overnight_only` + `few_stops` + `candidates`.
    """

    candidates: list[Candidate]
    stops: dict[str, int]
    clusters: dict[str, int]


_REASONS = ("candidates", "few_vehicles", "overnight_only", "few_stops")


def unlisted_places(
    stops: Stops,
    known: Places,
    *,
    heavy: npt.NDArray[np.bool_] | None = None,
    timezone: str = "Asia/Shanghai",
    search: Search | None = None,
) -> Unlisted:
    """Return where trucks may load on no list.

    Args:
        stops: in any order.
        known: sites, depots, service areas: stops in them, or that may be in them, are left out.
        heavy: of each vehicle of the stops, whether it is a heavy truck; all are, unless said.
        timezone: in which a night is a night.
        search: what is looked for.
    """
    search = search or Search()
    counts = {"all": len(stops)}
    stops = stops.in_order()
    counts["repeated"] = counts["all"] - len(stops)
    long = stops.end_s - stops.start_s >= search.min_s
    big = np.ones(len(stops), np.bool_) if heavy is None else heavy[stops.vehicle]
    counts["short"], counts["not_heavy"] = int((~long).sum()), int((long & ~big).sum())
    stops = stops.taken(long & big)
    inside = _in_known(stops, known, search)
    counts["known_place"] = int(inside.sum())
    stops = stops.taken(~inside)
    label = clusters_of(*_plane(stops), radius_m=search.radius_m, least=search.dense)
    counts["scattered"] = int((label < 0).sum())
    stops, label = stops.taken(label >= 0), label[label >= 0]
    local = stops.start_s + ahead_s(stops.start_s, timezone)
    night = overnight(local, stops.end_s - stops.start_s)
    reason = _reasons(stops, label, night, search)
    for k, name in enumerate(_REASONS):
        counts[name] = int((reason[label] == k).sum())
    clusters = {"all": len(reason), **{name: int((reason == k).sum()) for k, name in enumerate(_REASONS)}}
    return Unlisted(
        _candidates(stops, label, night, local, np.flatnonzero(reason == 0), known, search), counts, clusters
    )


def ahead_s(t_s: Floats, timezone: str) -> Floats:
    """Return how far local time is ahead of UTC at instants (seconds since 1970-01-01 UTC), in seconds."""
    zone = ZoneInfo(timezone)
    hours, which = np.unique(np.floor(t_s / _HOUR_S).astype(np.int64), return_inverse=True)
    offsets = [
        (dt.datetime.fromtimestamp(hour * _HOUR_S, zone).utcoffset() or dt.timedelta()).total_seconds()
        for hour in hours.tolist()
    ]
    return np.array(offsets, np.float64)[which]


def overnight(local_s: Floats, lasts_s: Floats) -> npt.NDArray[np.bool_]:
    """Return which stays, from a local time on, are rests: four hours with the whole of 02:00 to 04:00, or eight at any time."""
    next_night = np.ceil((local_s - _NIGHT_FROM_S) / _DAY_S) * _DAY_S + _NIGHT_TO_S
    return ((local_s + lasts_s >= next_night) & (lasts_s >= _NIGHT_STAY_S)) | (lasts_s >= _REST_S)


def _in_known(stops: Stops, known: Places, search: Search) -> npt.NDArray[np.bool_]:
    error = 1.2816 * np.maximum(stops.spread_m, search.error_m)  # nine of ten, as for visits
    inside = np.zeros(len(stops), np.bool_)
    stop, _, margin = known.margins(stops.lon, stops.lat, float(error.max(initial=0.0)))
    inside[stop[margin > -error[stop]]] = True
    return inside


def _plane(stops: Stops) -> tuple[Floats, Floats]:
    """Return positions in a plane; its scale is that of the middle latitude (1 % off 100 km to the north or south)."""
    if not len(stops):
        return stops.lon, stops.lat
    east, north = metres_a_degree(round(float(np.median(stops.lat)), 1))
    return stops.lon * east, stops.lat * north


def _reasons(stops: Stops, label: Index, night: npt.NDArray[np.bool_], search: Search) -> npt.NDArray[np.int8]:
    """Return of each cluster why it is no candidate, an index into `_REASONS`; 0 where it is one."""
    n = int(label.max(initial=-1)) + 1
    vehicles, by_day = (_distinct(label[some], stops.vehicle[some], n) for some in (slice(None), ~night))
    reason = np.where(np.bincount(label[~night], minlength=n) < search.min_stops, 3, 0)
    reason = np.where(by_day < search.min_vehicles, 2, reason)
    return np.where(vehicles < search.min_vehicles, 1, reason).astype(np.int8)


def _distinct(label: Index, vehicle: Index, n: int) -> npt.NDArray[np.int64]:
    most = int(vehicle.max(initial=0)) + 1
    return np.bincount(np.unique(label.astype(np.int64) * most + vehicle) // most, minlength=n)


def _candidates(
    stops: Stops,
    label: Index,
    night: npt.NDArray[np.bool_],
    local: Floats,
    chosen: Index,
    known: Places,
    search: Search,
) -> list[Candidate]:
    order = np.argsort(label, kind="stable")
    low, high = np.searchsorted(label[order], chosen), np.searchsorted(label[order], chosen, "right")
    found = [
        _one(stops.taken(rows), night[rows], local[rows], search)
        for rows in (order[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True))
    ]
    found.sort(key=lambda one: (-one.vehicles, -one.stops, one.id))
    lon, lat = (np.array([getattr(one, name) for one in found]) for name in ("lon", "lat"))
    near: dict[int, tuple[str, float]] = {}
    for k, place, margin in zip(*(part.tolist() for part in known.margins(lon, lat, _LOOK_M)), strict=True):
        near.setdefault(k, (known.all[place].id, round(max(-margin, 0.0), 0)))
    return [_ranked(one, rank, *near.get(rank - 1, (None, None))) for rank, one in enumerate(found, start=1)]


def _ranked(one: Candidate, rank: int, near: str | None, near_m: float | None) -> Candidate:
    return replace(one, rank=rank, near=near, near_m=near_m)


def _one(stops: Stops, night: npt.NDArray[np.bool_], local: Floats, search: Search) -> Candidate:
    lon, lat = float(np.median(stops.lon)), float(np.median(stops.lat))
    east, north = metres_a_degree(lat)
    reach = float(np.quantile(np.hypot((stops.lon - lon) * east, (stops.lat - lat) * north), 0.9))
    said = (stops.load_before != UNKNOWN) & (stops.load_after != UNKNOWN)
    loaded = said & (stops.load_after > stops.load_before) & np.isin(stops.load_after, (HALF, FULL))
    return Candidate(
        id=f"u-{lon:.4f}-{lat:.4f}",
        rank=0,
        lon=round(lon, 6),
        lat=round(lat, 6),
        reach_m=round(reach, 0),
        sprawls=reach > search.sprawl_m,
        vehicles=len(np.unique(stops.vehicle)),
        stops=len(stops),
        overnight=int(night.sum()),
        vehicles_overnight=len(np.unique(stops.vehicle[night])),
        days=len(np.unique(local // _DAY_S)),
        first_s=float(stops.start_s.min()),
        last_s=float(stops.end_s.max()),
        hours=tuple(np.bincount((local % _DAY_S // _HOUR_S).astype(np.intp), minlength=24).tolist()),
        median_min=round(float(np.median((stops.end_s - stops.start_s)[~night])) / 60, 1),
        load_known=int(said.sum()),
        left_loaded=int(loaded.sum()),
        near=None,
        near_m=None,
        examples=_examples(stops, np.flatnonzero(~night)),
    )


def _examples(stops: Stops, rows: Index) -> tuple[Example, ...]:
    """Return stops of as many trucks as can be, spread over the time."""
    by_time = rows[np.lexsort((stops.vehicle[rows], stops.start_s[rows]))].tolist()
    firsts = {int(stops.vehicle[k]): k for k in reversed(by_time)}
    pool = sorted(firsts.values(), key=lambda k: (stops.start_s[k], stops.vehicle[k]))
    step = max(1, (len(pool) - 1) // max(1, _EXAMPLES - 1))
    chosen = pool[::step][:_EXAMPLES]
    return tuple(
        Example(stops.vehicle_ids[stops.vehicle[k]], float(stops.start_s[k]), float(stops.end_s[k])) for k in chosen
    )
