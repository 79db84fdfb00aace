"""The pages of who looks at leads: the desk, the runs, the overview."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.access.principal import Principal
from api.privacy import may_see_plates
from api.problems import language_of
from api.service import Service, service_of
from api.store.accounts import accounts
from api.web.rendering import page
from api.zones.service import entries
from truckban.report.lead_words import CLASSES
from truckban.report.words import VERDICTS, reason_words

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_ASKED = ("heavy", "medium", "light", "micro", "low_speed", "three_wheel", "tractor", "trailer", "special", "unknown")
_MOST = 1000
# what a file is likely to be, by its name; the person says so in the end
GUESSES = (
    ("vehicles", "vehicle|fleet|车"),
    ("permits", "permit|证"),
    ("sites", "site|enterprise|企业|站点"),
    ("traces", r"trace|track|gps|fix|轨|定位|\.(gpx|bin|jt808|808|hex|mfjson|parquet)$"),
)


@router.get("/desk", operation_id="web.desk")
def desk(request: Request, principal: Caller) -> HTMLResponse:
    """Show map and list of leads."""
    service = service_of(request)
    with service.store.read() as session:
        people = officers(session)
    choices = _choices(service, language_of(request))
    state = {
        **choices,
        "people": people,
        "may_act": may_act(principal),
        "may_see_plates": may_see_plates(principal),
        "reasons": _reasons(service, language_of(request)),
    }
    return page(request, "desk", principal, state=state, may_see_plates=may_see_plates(principal), **choices)


@router.get("/runs", operation_id="web.runs")
def runs(request: Request, principal: Caller) -> HTMLResponse:
    """Show uploads and checks of traces."""
    service = service_of(request)
    laws, zones = notices_of(service), zones_of(service)
    levels = _levels(service, language_of(request))
    state = {
        "guesses": GUESSES,
        "may_upload": principal.role in ("officer", "admin"),
        "may_see_plates": may_see_plates(principal),
        "notices": {name: pair.notice.pack.title for name, pair in service.law.now.pairs.items()},
        "timezone": service.law.now.shelf().first.pack.timezone,
        **({"zones": zones} if zones else {}),
        "zoned": zoned(service),
    }
    choices: dict[str, Any] = {"laws": laws, "zones": zones, "levels": levels}
    return page(request, "runs", principal, state=state, may_upload=state["may_upload"], **choices)


@router.get("/overview", operation_id="web.overview")
def overview(request: Request, principal: Caller) -> HTMLResponse:
    """Show figures about leads."""
    service = service_of(request)
    choices = _choices(service, language_of(request))
    may_open = principal.role in ("officer", "auditor", "admin")
    return page(request, "desk_overview", principal, state={**choices, "may_open": may_open}, **choices)


def may_act(principal: Principal) -> bool:
    """Tell whether somebody decides on leads."""
    return principal.role == "officer"


def officers(session: Session) -> dict[str, str]:
    """Return the officers' names by account: colleagues have to know who did what."""
    found: dict[str, str] = {}
    after = None
    while rows := accounts(session, after=after, limit=_MOST, role="officer"):
        found |= {row.id: row.name for row in rows}
        after = rows[-1].id
    return found


def sources(service: Service) -> dict[str, str]:
    """Return the names of the enterprises on the published list, by id, each as it was last listed."""
    registry = service.law.registry
    return {name: listed[-1][0] for name in registry.enterprises if (listed := registry.names(name))}


def zones_of(service: Service) -> list[tuple[str, str]]:
    """Return name and hash of each zone of the notices that have several: a check is about one."""
    law = service.law.now
    found = [(law.pairs[name], zone) for name in zoned(service) for zone in law.pairs[name].zones]
    if not notices_of(service):
        return [(zone.id, zone.sha256) for _, zone in found]
    return [(f"{zone.id} · {pair.notice.pack.title}", zone.sha256) for pair, zone in found]


def zoned(service: Service) -> list[str]:
    """Return the notices with several zones that a check can be by: of one place the first one alone."""
    law = service.law.now
    asked = law.pairs if notices_of(service) else (law.first,)
    return [name for name in asked if len(law.pairs[name].zones) > 1]


def notices_of(service: Service) -> list[tuple[str, str]]:
    """Return name and title of each notice where there are those of several places: a check is by one."""
    law = service.law.now
    return [(name, pair.notice.pack.title) for name, pair in law.pairs.items()] if len(law.jurisdictions) > 1 else []


def _levels(service: Service, lang: str) -> list[tuple[str, str]]:
    """Return the alert levels that bans of the notices ask for which a check can be by, each with its name."""
    law = service.law.now
    found: dict[str, str] = {}
    for name, _ in notices_of(service) or [(law.first, "")]:
        pack = law.pairs[name].notice.pack
        asked = {level for rule in pack.rules for level in rule.alerts or ()}
        found |= {level: named.text.of(lang) for level, named in pack.alerts.items() if level in asked}
    return list(found.items())


def _choices(service: Service, lang: str) -> dict[str, Any]:
    """Return what filters can be chosen from."""
    ground = service.law.now.ground()
    streets = [street for each in ground.each for street in each.zone.streets] if ground else []
    inside = {street.name for street in streets if street.name and street.place in ("inside", "crosses")}
    return {
        "roads": sorted(inside),
        "enterprises": sorted(sources(service).items(), key=lambda each: each[1]),
        "classes": [(name, CLASSES[name].of(lang)) for name in _ASKED],
        "verdicts": [(name, VERDICTS[name].of(lang)) for name in ("prohibited", "undetermined")],
        "entries": _entries(service),
        "timezone": service.law.now.shelf().first.pack.timezone,
    }


def _entries(service: Service) -> list[tuple[int, str | None]]:
    """Return the places where one comes into the first notice's zone: number and street; of several zones, which number alike, numbers."""
    ground = service.law.now.ground()
    if ground is None:
        return []
    found = [entry for each in ground.each for entry in entries(each.zone) if entry.kind == "entry"]
    if ground.others:
        return [(number, None) for number in sorted({entry.number for entry in found})]
    return [(entry.number, entry.street) for entry in found]


def _reasons(service: Service, lang: str) -> dict[str, str]:
    """Return the words of the reasons that the notices in force can give, by code."""
    from truckban.report.words import REASONS  # noqa: PLC0415

    found = {code: words.of(lang) for code, words in REASONS.items()}
    for pair in service.law.now.pairs.values():
        codes = [*pair.notice.norms, *(asked.code for asked in pair.notice.questions.values() if asked.code)]
        found |= {code: reason_words(code, pair.notice).of(lang) for code in codes if code not in found}
    return found
