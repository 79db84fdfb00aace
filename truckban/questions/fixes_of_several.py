"""Fixes of one vehicle before the notices of several places: each as `Jurisdictions.answer` answers for it alone."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from truckban.far import far_rows
from truckban.norms import Notice
from truckban.questions.fix_answers import Groups, in_runs
from truckban.questions.fix_columns import FixColumns, Positions, Share, by_notice, positions_of, starts_of
from truckban.questions.fix_times import Instants
from truckban.questions.jurisdiction import Jurisdiction
from truckban.questions.jurisdictions import Jurisdictions
from truckban.questions.strictest import Heard, strictest

_Rows = npt.NDArray[np.intp]
_NOT_HEARD = -1


class _Place(NamedTuple):
    """One of the places: the instants in its zone of time, and which rows which of its notices answers for."""

    jurisdiction: Jurisdiction
    instants: Instants
    notices: list[tuple[Notice, _Rows]]


def answer_fixes_of_several(asked: FixColumns, context: Jurisdictions) -> dict[str, Any]:
    """Answer for each fix; the object that `truckban.questions.fix_columns` describes.

    Raises:
        InputError: something cannot be read, with its field.
    """
    times = {place.timezone: asked.instants(place.timezone) for place in context.each}
    fixes = times[context.each[0].timezone].many
    positions = positions_of(asked, fixes)
    places = [
        _Place(place, times[place.timezone], list(by_notice(place, times[place.timezone].at_s)))
        for place in context.each
    ]
    held = _held(places, positions)
    shares: dict[str, Share] = {}
    codes = np.full((len(places), fixes), _NOT_HEARD, np.int64)
    for code, may, place in zip(codes, held, places, strict=True):
        each = Groups()
        for notice, of_notice in place.notices:
            rows = of_notice[may[of_notice]]
            if len(rows):
                own = asked._replace(said=context.own(asked.said, notice))
                share = shares[notice.id] = Share.of(own, notice, place.jurisdiction)
                starts, labels = share.labels(place.instants.take(rows), positions.take(rows), each)
                code[rows] = np.repeat(np.array(labels, np.int64), np.diff([*starts, len(rows)]))
    groups = Groups()
    known: dict[tuple[int, ...], int] = {}
    starts, found = starts_of(list(codes), fixes).tolist(), []
    for row in starts:
        kind = tuple(codes[:, row].tolist())
        if kind not in known:
            heard = [
                _heard(place, row, shares, positions)
                for place, code in zip(places, kind, strict=True)
                if code != _NOT_HEARD
            ]
            known[kind] = groups.label(strictest(heard))
        found.append(known[kind])
    if not shares:
        first = context.each[0]
        notice = first.shelf.first
        shares[notice.id] = Share.of(asked._replace(said=context.own(asked.said, notice)), notice, first)
    vehicle_class = next(iter(shares.values())).vehicle.vehicle_class
    return in_runs(asked.said["id"], vehicle_class, (starts, found, fixes), groups)


def _heard(place: _Place, row: int, shares: dict[str, Share], positions: Positions) -> Heard:
    notice = next(notice for notice, rows in place.notices if rows[np.searchsorted(rows, row) % len(rows)] == row)
    share = shares[notice.id]
    return Heard(place.jurisdiction, notice, share.ground, share.question(place.instants, positions, row))


def _held(places: list[_Place], positions: Positions) -> npt.NDArray[np.bool_]:
    """Return who is asked about which fix, shape (places, n); as `truckban.questions.jurisdictions.holding` says of one."""
    shape = len(places), len(positions.lon.values)
    near, mapless = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for number, place in enumerate(places):
        for notice, rows in place.notices:
            ground = place.jurisdiction.grounds[notice.id]
            if ground is None:
                mapless[number, rows] = True
            else:
                far = far_rows(ground, positions.lon, positions.lat)
                near[number, rows] = ~far[0][rows] if far else True
    return near | mapless | ~near.any(axis=0)
