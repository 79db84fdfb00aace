"""The path of a part of a passage: its streets in words, and the line that was driven. Made only for what is shown."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, ops

from truckban.traces.in_or_out.passages import Passage
from truckban.traces.lead.tracks import Floats
from zones.matching.words import StreetDriven, in_words
from zones.text import Text

_TOUCHED_S = 1.0


def on_the_way(passage: Passage, begin_s: float, end_s: float) -> Sequence[StreetDriven]:
    """Return the streets of a passage's path between two instants."""
    return [street for street in passage.streets if street.entered_at < end_s and begin_s < street.left_at]


def route_words(passage: Passage, begin_s: float, end_s: float) -> Text | None:
    """Return the streets driven between two instants, each with its direction; None where the path is not known."""
    # a turn that falls on the very second at which a part begins is not the part's
    streets = on_the_way(passage, begin_s + _TOUCHED_S, end_s - _TOUCHED_S) or on_the_way(passage, begin_s, end_s)
    return in_words(tuple(streets)) if streets else None


def path_between(passage: Passage, begin_s: float, end_s: float) -> LineString | None:
    """Return the path between two instants along the streets, WGS 84; None where it is not known.

    Where the first and the last street were under way at those instants is found by even speed.
    """
    pieces = pieces_between(passage, begin_s, end_s)
    if not pieces:
        return None
    line = np.concatenate([points for _, points in pieces])
    return LineString(line if len(line) > 1 else np.repeat(line, 2, axis=0))


def pieces_between(passage: Passage, begin_s: float, end_s: float) -> list[tuple[str | None, Floats]]:
    """Return the name of each street of the path between two instants, and what was driven of it, lon and lat, (n, 2)."""
    return [(street.name, _driven(street, begin_s, end_s)) for street in on_the_way(passage, begin_s, end_s)]


def _driven(street: StreetDriven, begin_s: float, end_s: float) -> Floats:
    """Return what was driven of a street between two instants, (n, 2)."""
    if begin_s <= street.entered_at and street.left_at <= end_s:
        return shapely.get_coordinates(street.line)
    # degrees of longitude are shorter than those of latitude, but a share of a line's length hardly minds
    share_of = [0.0]
    for leg in street.legs:
        share_of.append(share_of[-1] + leg.length_m)
    clock = [*(leg.entered_at for leg in street.legs), street.left_at]
    begin, end = np.interp([begin_s, end_s], clock, share_of) / max(share_of[-1], 1e-9)
    cut = ops.substring(street.line, float(begin), float(end), normalized=True)
    return shapely.get_coordinates(cut)
