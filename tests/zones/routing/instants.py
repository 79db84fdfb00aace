"""A search of another kind: all instants at once, whole seconds as the bits of a number. Nothing is shared with the one under test."""

from dataclasses import dataclass, field

INF = float("inf")
# instants are bits of a number: whole seconds from -FIRST on; spells begin and end well within
FIRST = 70
COUNT = 200
EVER = (1 << COUNT) - 1


@dataclass(frozen=True)
class Case:
    """Streets, when they are open, and a trip.

    Attributes:
        follow: for each street, those that may follow.
        takes: seconds that each takes.
        stands: whether a truck may stand at the end of each.
        kind: of each street, index in `open`.
        open: spells, both ends included.
        start: street to the second of the drive along it at which the trip begins.
        goal: likewise, at which it ends.
        window: first and last instant of departure.
        by: the last instant of arrival, for the way back.
    """

    follow: tuple[tuple[int, ...], ...]
    takes: tuple[int, ...]
    stands: tuple[bool, ...]
    kind: tuple[int, ...]
    open: tuple[tuple[tuple[float, float], ...], ...]
    start: dict[int, int] = field(default_factory=dict)
    goal: dict[int, int] = field(default_factory=dict)
    window: tuple[float, float] = (0, INF)
    by: int = 30

    def spells(self, street: int) -> tuple[tuple[float, float], ...]:
        return self.open[self.kind[street]]


# --- the search by another way


def bits(low: float, high: float) -> int:
    """Return the instants from `low` to `high`, both included."""
    first = 0 if low == -INF else int(low) + FIRST
    last = COUNT - 1 if high == INF else int(high) + FIRST
    return ((1 << (last + 1)) - 1) & ~((1 << first) - 1) if last >= first else 0


def first_of(instants: int) -> int | None:
    return (instants & -instants).bit_length() - 1 - FIRST if instants else None


def driven(instants: int, takes: int, spell: tuple[float, float]) -> int:
    """Return when drives that begin at some instants end, of those that are within a spell from beginning to end."""
    within = bits(*spell)
    return ((instants & within) << takes) & within & EVER


def stood(instants: int, spell: tuple[float, float]) -> int:
    """Return the instants at which a truck can leave that came at some instants and may stand while a spell lasts."""
    return bits(first_of(instants), INF) & bits(*spell) if instants else 0


def arrivals(case: Case, departures: int) -> int:
    """Return all instants at which the goal can be reached."""
    found = 0
    leaving: dict[tuple[int, int], int] = {}
    todo = []

    def at_end(street: int, number: int, instants: int) -> None:
        spell = case.spells(street)[number]
        can_leave = stood(instants, spell) if case.stands[street] else instants
        known = leaving.get((street, number), 0)
        if can_leave & ~known:
            leaving[street, number] = known | can_leave
            todo.append((street, number))

    for street, begun in case.start.items():
        for number, spell in enumerate(case.spells(street)):
            at_end(street, number, driven(departures, case.takes[street] - begun, spell))
            if case.goal.get(street, -1) >= begun:
                found |= driven(departures, case.goal[street] - begun, spell)
    while todo:
        street, number = todo.pop()
        for then in case.follow[street]:
            for other, spell in enumerate(case.spells(then)):
                at_end(then, other, driven(leaving[street, number], case.takes[then], spell))
                if then in case.goal:
                    found |= driven(leaving[street, number], case.goal[then], spell)
    return found


def earliest_arrival(case: Case) -> int | None:
    return first_of(arrivals(case, bits(*case.window)))


def latest_departure(case: Case) -> int | None:
    """Return the last instant of departure from which the goal can be reached by the deadline."""
    by = bits(-INF, case.by)
    if not arrivals(case, EVER) & by:
        return None
    low, high = -FIRST, case.by
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if arrivals(case, bits(middle, INF)) & by else (low, middle - 1)
    return low
