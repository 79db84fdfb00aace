"""The notices of one place with their maps, loaded once: what every question from there is answered by."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from truckban.grounds import ground_for
from truckban.moments import read_instant
from truckban.norms import Notice
from truckban.notices.shelf import Shelf, shelf_named
from truckban.questions import fix_numbers
from truckban.questions.asking import answer_to, notice_at, question_at, unreadable
from zones.locate import Locator


class Jurisdiction:
    """The notices of one place over time, each with its map. It is not changed by being asked; threads may share it."""

    def __init__(self, shelf: Shelf, grounds: Mapping[str, Locator | None]) -> None:
        """Take notices, and the map of each by its id; None where there is none."""
        self.shelf = shelf
        self.grounds = dict(grounds)

    @classmethod
    def of(cls, notice: str | Path, *, zone: str | Path | None = None) -> Self:
        """Load a built-in notice, a notice's file, or a folder of one place's notices over time.

        Args:
            notice: its name or path.
            zone: a zone file for all of them; the notices' own unless said.

        Raises:
            InputError: there is no such notice, or a file cannot be used.
        """
        shelf = shelf_named(notice)
        return cls(shelf, {name: ground_for(law, zone) for name, law in shelf.notices.items()})

    def make_ready(self) -> None:
        """Make now what maps are asked and fixes are read through, so that no question waits for it: a service does so."""
        fix_numbers.make_ready()
        for ground in self.grounds.values():
            for each in ground.each if ground is not None else ():
                each.make_ready()

    @property
    def timezone(self) -> str:
        """The zone of time in which an instant without one is read before its notice is known."""
        return self.shelf.first.pack.timezone

    def at(self, instant: dt.datetime) -> tuple[Notice, Locator | None]:
        """Return the notice that answers for an instant, and its map."""
        notice = notice_at(instant, self.shelf)
        return notice, self.grounds[notice.id]

    def asked_at(self, written: Any) -> tuple[tuple[dt.datetime, bool], Notice, Locator | None]:  # noqa: ANN401
        """Return an instant as `truckban.moments.read_instant` reads it in the place's zone of time, and what `at` says of it.

        Raises:
            InputError: it is no time.
        """
        at = read_instant(written, self.timezone)
        notice, ground = self.at(at[0])
        if at[1] and notice.pack.timezone != self.timezone:
            at = read_instant(written, notice.pack.timezone)
        return at, notice, ground

    def answer(self, case: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the verdict on a case of the contract (section 1), by the notice of its instant.

        Raises:
            InputError: the case cannot be read, with the dotted path of the field.
        """
        if not isinstance(case, Mapping) or case.get("at") is None:
            raise unreadable(case)
        at, notice, ground = self.asked_at(case["at"])
        until = self.shelf.until(notice)
        return answer_to(case, question_at(case, at, notice, ground), notice, ground, until=until)
