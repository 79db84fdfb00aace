"""Which notice answers: notices are never edited, a later one names the one it replaces or amends."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from truckban.norms import Notice
from truckban.notices.load import load_notice, notice_named
from zones.errors import InputError
from zones.text import Text

_SEVERAL = 2


class Shelf:
    """The notices of one place, each taking over from the one it names.

    A question about an act of last year is answered by what was in force and published then.
    """

    def __init__(self, notices: Iterable[Notice]) -> None:
        """Take notices of one place in any order.

        Raises:
            InputError: they are of several places, two have one name, two stand side by side, one takes over from a notice that is not here,
                or they take over from each other in a circle.
        """
        self.notices: dict[str, Notice] = {}
        for notice in notices:
            if self.notices.setdefault(notice.id, notice).sha256 != notice.sha256:
                raise InputError(
                    Text(f"有两个通告都叫 {notice.id} 而内容不同", f"two notices called {notice.id} differ")
                )
        if not self.notices:
            raise InputError(Text("没有通告", "there is no notice"))
        places = {(notice.pack.place.province, notice.pack.place.name) for notice in self.notices.values()}
        if len(places) > 1:
            listed = ", ".join(sorted(name for _, name in places))
            raise InputError(Text(f"通告属于几个地方：{listed}", f"the notices are of several places: {listed}"))
        self._after: dict[str, str] = {}
        for notice in self.notices.values():
            for before in (*notice.pack.replaces, *notice.pack.amends):
                self._follow(notice, before)
        first = [name for name in self.notices if not self._before(name)]
        if len(first) != 1:
            listed = ", ".join(sorted(first)) or ", ".join(sorted(self.notices))
            raise InputError(
                Text(
                    f"看不出先后：{listed}；后出的通告要在 replaces 或 amends 里写明前一个",
                    f"it is not clear which comes first: {listed}; a later notice names the one before in `replaces` or `amends`",
                )
            )
        self.first = self.notices[first[0]]

    def on(self, day: dt.date) -> Notice:
        """Return the notice that answers for a day: the last in the line that was in force and published by then.

        Before any was, the first one answers, and says that it was not.
        """
        found = self.first
        while (name := self._after.get(found.id)) is not None and takes_over(self.notices[name]) <= day:
            found = self.notices[name]
        return found

    def until(self, notice: Notice) -> dt.date | None:
        """Return the day on which another one takes over from a notice; None where none does."""
        later = self._after.get(notice.id)
        return None if later is None else takes_over(self.notices[later])

    def in_its_time(self, name: str) -> Notice:
        """Return a notice as it answers among those that follow each other: from when it took over to the day before the next did.

        Raises:
            InputError: it is not here, or another one answers on all of its days.
        """
        if name not in self.notices:
            listed = ", ".join(self.notices)
            raise InputError(Text(f"没有通告 {name}；有：{listed}", f"there is no notice {name}; there are: {listed}"))
        notice = self.notices[name]
        dates, later = notice.pack.dates, self._after.get(name)
        first = takes_over(notice) if self._before(name) else dates.in_force
        ends = [dates.end] if dates.end is not None else []
        if later is not None:
            ends.append(takes_over(self.notices[later]) - dt.timedelta(days=1))
        last = min(ends, default=None)
        if (first, last) == (dates.in_force, dates.end):
            return notice
        if first is not None and last is not None and last < first:
            raise InputError(
                Text(f"{later} 施行时 {name} 还没有施行", f"{name} was never in force: {later} took over before")
            )
        own = dates.model_copy(update={"in_force": first, "end": last})
        return Notice(notice.pack.model_copy(update={"dates": own}), sha256=notice.sha256)

    def _follow(self, notice: Notice, before: str) -> None:
        if before not in self.notices:
            raise InputError(
                Text(
                    f"{notice.id} 接替 {before}，但没有这个通告：请把它一并给出；手头没有就不写 replaces、amends",
                    f"{notice.id} takes over from {before}, which is not here: give that one as well, or leave `replaces` and `amends` out",
                )
            )
        if before in self._after:
            raise InputError(
                Text(
                    f"{self._after[before]} 和 {notice.id} 都接替 {before}",
                    f"{self._after[before]} and {notice.id} both take over from {before}",
                )
            )
        self._after[before] = notice.id

    def _before(self, name: str) -> bool:
        return name in self._after.values()


def takes_over(notice: Notice) -> dt.date:
    """Return the first day on which a notice answers in place of the one it names: in force and published."""
    dates = notice.pack.dates
    return max((day for day in (dates.in_force, dates.published) if day is not None), default=dt.date.min)


def shelf_named(name: str | Path) -> Shelf:
    """Return the shelf of a folder of notice files, or of the one notice named."""
    return Shelf(_notices_named(name))


def shelves_named(name: str | Path) -> list[Shelf]:
    """Return the shelves of a folder of notice files, one for each place, or that of the one notice named."""
    notices = _notices_named(name)
    places = dict.fromkeys((notice.pack.place.province, notice.pack.place.name) for notice in notices)
    if len(places) < _SEVERAL:
        return [Shelf(notices)]
    return [
        Shelf(own for own in notices if (own.pack.place.province, own.pack.place.name) == place) for place in places
    ]


def _notices_named(name: str | Path) -> list[Notice]:
    path = Path(name)
    if path.is_dir():
        return [load_notice(file) for file in sorted(path.glob("*.y*ml"))]
    return [notice_named(str(name))]
