"""Is what is asked as narrow as it can be: which roads and hours the law leaves open anyway, and which the trips do not need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truckban.permitting.asked import Asked, hours_of
from truckban.permitting.lines import Line
from truckban.permitting.model import Application
from truckban.permitting.need import Case
from truckban.permitting.without import Least, spans_apart
from zones.text import Text


@dataclass(frozen=True, eq=False)
class Narrowness:
    """What of the asked is needed.

    Attributes:
        closed: streets asked that some vehicle may not drive at some hour asked.
        open_roads: streets asked that are open anyway at every hour asked.
        unneeded: streets asked that are closed, and that the narrowest ways do not take; None where no trip says.
        lacking: streets that the narrowest ways take, and that were not asked for.
        open_hours: hours asked at which all of them are open anyway.
        least: the narrowest permit of the trips.
    """

    closed: tuple[str, ...]
    open_roads: tuple[str, ...]
    unneeded: tuple[str, ...] | None
    lacking: tuple[str, ...]
    open_hours: tuple[str, ...]
    least: Least | None


def narrowness(asked: Asked, cases: Sequence[Case], least: Least | None, spelt: Any) -> Narrowness:  # noqa: ANN401
    """Hold what is asked against the bans and against the narrowest ways.

    Args:
        asked: edges and instants.
        cases: the vehicles.
        least: the narrowest permit of the trips; None where there is none.
        spelt: turns a road into the notice's own spelling.
    """
    shut = np.unique(np.concatenate([np.array([], np.int64), *(case.bans.closed_edges for case in cases)]))
    closed = tuple(name for name, edges in asked.names.items() if np.isin(edges, shut).any())
    minutes: set[int] = set().union(*(case.bans.closed_minutes for case in cases))
    wanted = cases[0].bans.asked_minutes if cases and len(asked.edges) else set()
    taken = None if least is None else {spelt(road) for road in least.roads}
    have = {spelt(name) for name in asked.names}
    return Narrowness(
        closed=closed,
        open_roads=tuple(name for name in asked.names if name not in closed),
        unneeded=None if taken is None else tuple(name for name in closed if spelt(name) not in taken),
        lacking=() if least is None else tuple(road for road in least.roads if spelt(road) not in have),
        open_hours=tuple(hours_of(wanted - minutes)),
        least=least,
    )


def lines_of(found: Narrowness, application: Application, source: Text) -> Iterator[Line]:
    """Say what is superfluous, what is lacking, and what the least is."""
    route = application.route
    if route is None or not found.closed:
        return
    wide = not route.roads and not route.line
    yield from _superfluous_roads(found, source, wide=wide)
    if found.lacking:
        yield _line(
            "narrow.roads_lacking",
            "problem",
            Text("行程要经过下列道路，申请没有写", "the trips take these roads, which were not asked for"),
            found.lacking,
            source,
        )
    if found.open_hours:
        yield _line(
            "narrow.hours",
            "problem" if application.windows else "info",
            Text("下列时段本来就可以走，不必写", "there is no ban at these hours: superfluous"),
            found.open_hours,
            source,
        )
    if found.least is not None:
        yield from _trips(found.least, application, source)
    elif application.trips:
        text = Text("没有找到能满足全部行程的最窄通行证", "no permit was found that would do for all trips")
        yield Line("narrow.no_least", "unknown", text, source)
    narrow = not (found.open_roads or found.unneeded or found.lacking or found.open_hours or wide)
    if narrow and found.least is not None:
        yield Line(
            "narrow.ok", "ok", Text("道路和时段已经最窄", "roads and hours are as narrow as they can be"), source
        )


def _superfluous_roads(found: Narrowness, source: Text, *, wide: bool) -> Iterator[Line]:
    if wide and found.least is None:
        text = Text(
            "申请的是整个区域；写明行程，才能看出哪些道路就够",
            "a whole area is asked for; which roads would do can be told where the trips are named",
        )
        yield Line("narrow.wide", "problem", text, source, {"names": []})
    elif wide and found.least is not None:
        yield _line(
            "narrow.wide",
            "problem",
            Text("申请的是整个区域，写明下列道路就够", "a whole area is asked for; these roads would do"),
            found.least.roads,
            source,
        )
    elif found.open_roads and not wide:
        yield _line(
            "narrow.open_roads",
            "problem",
            Text("下列道路在所申请的时段本来就可以走，不必写", "open anyway at the hours asked, and superfluous"),
            found.open_roads,
            source,
        )
    if found.unneeded and not wide:
        yield _line(
            "narrow.roads",
            "problem",
            Text("走法最窄时用不到下列道路", "the narrowest way does not take these roads"),
            found.unneeded,
            source,
        )


def _trips(least: Least, application: Application, source: Text) -> Iterator[Line]:
    beyond = spans_apart(least.windows, application.windows)
    if beyond:
        yield _line(
            "narrow.hours_lacking",
            "problem",
            Text(
                "按所写的出发时间，行程需要下列时段，申请没有写",
                "leaving when it says, the trips need these hours, not asked for",
            ),
            tuple(beyond),
            source,
        )
    text = Text(
        f"最窄：{'、'.join(least.roads)}，{'、'.join(least.windows)}（每次行程按所写的出发时间）"
        + ("，另有无名道路须划区域" if least.nameless else ""),
        f"the least: {', '.join(least.roads)}, {', '.join(least.windows)} (each trip when it says it leaves)"
        + ("; and streets without a name, as an area" if least.nameless else ""),
    )
    yield Line(
        "narrow.least",
        "info",
        text,
        source,
        {"roads": list(least.roads), "windows": list(least.windows), "nameless_streets": least.nameless},
    )


def _line(code: str, finding: Any, text: Text, names: Sequence[str], source: Text) -> Line:  # noqa: ANN401
    said = Text(f"{text.zh}：{'、'.join(names)}", f"{text.en}: {', '.join(names)}")
    return Line(code, finding, said, source, {"names": list(names)})


def map_of(asked: Asked, found: Narrowness, cases: Sequence[Case]) -> dict[str, Any]:
    """Return what is asked and what is needed as GeoJSON: roles `asked_needed`, `asked_superfluous` and `least`."""
    shut = set(np.concatenate([np.array([], np.int64), *(case.bans.closed_edges for case in cases)]).tolist())
    unneeded = set(found.unneeded or ())
    features = []
    rest = set(asked.edges.tolist()) - {edge for edges in asked.names.values() for edge in edges.tolist()}
    groups: dict[str | None, list[int]] = {name: edges.tolist() for name, edges in asked.names.items()}
    groups[None] = sorted(rest)
    for name, edges in groups.items():
        needed = [edge for edge in edges if edge in shut and name not in unneeded]
        for role, own in (("asked_needed", needed), ("asked_superfluous", sorted(set(edges) - set(needed)))):
            if own:
                properties = {"role": role, "road": name}
                geometry = asked.geojson(np.array(own, np.int64))
                features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    for number, way in enumerate(found.least.ways if found.least is not None else ()):
        features.append({"type": "Feature", "properties": {"role": "least", "trip": number}, "geometry": dict(way)})
    return {"type": "FeatureCollection", "features": features}
