"""The filters of lists, maps, exports and statistics, as they stand in an address."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Depends, Query

from api.access.guard import Caller
from api.access.principal import Principal
from api.leads.schemas import State, Verdict
from api.privacy import may_see_plates
from api.problems import Problem
from api.store.lead_search import Filters, Order
from api.written_times import WrittenTime
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

Word = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")]
Share = Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)]
Sorted = Annotated[str, Query(pattern="^-?(entered_at|probability)$", description="`-`: the greatest first")]


def kinds(  # noqa: PLR0913, PLR0917  (one for each word of the address)
    principal: Caller,
    road: Word = None,
    enterprise: Word = None,
    vehicle_class: Word = None,
    probability_from: Share = None,
    probability_to: Share = None,
    state: State | None = None,
    verdict: Verdict | None = None,
    plate: Annotated[str | None, Query(max_length=20, pattern=r"^[^\x00]+$")] = None,
    run: Word = None,
    assignee: Annotated[str | None, Query(max_length=60, pattern=r"^[!-~]+$", description="`me`: the caller")] = None,
    hour: Annotated[
        int | None, Query(ge=0, le=23, description="entered in this hour, by the clock of the notice's place")
    ] = None,
    weekday: Annotated[int | None, Query(ge=1, le=7, description="likewise; Monday is 1")] = None,
    entry: Annotated[
        str | None,
        Query(pattern=r"^(none|[1-9]\d{0,5})$", description="number of the zone's entry; `none`: began inside"),
    ] = None,
) -> Filters:
    """Read the filters that are no times.

    Raises:
        Problem: 403 for a plate where the caller may not see plates, 422 for one that cannot be.
    """
    return Filters(
        road=road,
        enterprise_id=enterprise,
        vehicle_class=vehicle_class,
        least=probability_from,
        most=probability_to,
        state=state,
        verdict=verdict,
        plates=None if plate is None else (_plate(principal, plate),),
        run_id=run,
        assignee=principal.account_id if assignee == "me" else assignee,
        hour=hour,
        weekday=weekday,
        entry=None if entry is None else _entry(entry),
    )


LeadKinds = Annotated[Filters, Depends(kinds)]


def filters(
    found: LeadKinds,
    since: Annotated[WrittenTime | None, Query(alias="from", description="entered then or later")] = None,
    until: Annotated[WrittenTime | None, Query(alias="to", description="entered before")] = None,
) -> Filters:
    """Read the filters of a list."""
    return replace(found, since=since, until=until)


def _entry(entry: str) -> int | Literal["none"]:
    return "none" if entry == "none" else int(entry)


def _plate(principal: Principal, plate: str) -> str:
    if not may_see_plates(principal) and principal.role not in ("driver", "enterprise"):
        text = Text("您无权按车牌查找", "you may not search by plate")
        raise Problem(403, "plates", text, errors=[("query.plate", text)])
    try:
        number: str = read_plate(plate).number
    except InputError as error:
        raise Problem(422, "invalid", error.text, errors=[("query.plate", error.text)]) from None
    return number


def order_of(sort: str) -> Order:
    """Return the order that a word names."""
    by = sort.removeprefix("-")
    return Order("probability" if by == "probability" else "entered_at", sort.startswith("-"))


Wanted = Annotated[Filters, Depends(filters)]
