"""What `truckban enterprise` and the API answer with: from a name to the listed enterprise it means, and entries as JSON."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from enterprises.errors import EnterpriseError
from enterprises.kinds import kind_words
from enterprises.names import Candidate, Matcher
from enterprises.registry import Entry, Registry
from truckban.json_text import identity
from zones.errors import InputError
from zones.text import Text

_FIELDS = {"id", "name", "on", "credit_code"}


@contextmanager
def told() -> Iterator[None]:
    """Turn the errors of `enterprises`, which knows nothing of `zones`, into those that the ways in and out know."""
    try:
        yield
    except EnterpriseError as error:
        raise InputError(Text(*error.text), file=error.file, line=error.line, field=error.field) from error


def match_json(fields: Any, matcher: Matcher, lang: str) -> dict[str, Any]:  # noqa: ANN401
    """Return which enterprise a name means as the contract's object (section 6).

    Besides the contract's fields: `enterprise` (the id), `list` (the list in force on the day), `codes` of each
    candidate's differences, and `warnings`.

    Raises:
        InputError: a field that cannot be, with its name.
    """
    if not isinstance(fields, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    name, code = fields.get("name"), fields.get("credit_code")
    if not isinstance(name, str):
        raise InputError(Text("缺少名称 name", "the name is missing"), field="name")
    if code is not None and not isinstance(code, str):
        raise InputError(Text("应为文字", "text is needed"), field="credit_code")
    registry = matcher.registry
    day = _day(fields.get("on"))
    with told():
        answer = matcher.match(name, credit_code=code)
        entry = matcher.entry(answer, day or registry.latest)
    warnings = [(code, Text(*text)) for code, text in answer.warnings]
    warnings += _of_the_day(registry, day)
    unknown = [key for key in fields if key not in _FIELDS]
    if unknown:
        listed = ", ".join(unknown)
        warnings.append(
            ("unknown_field", Text(f"不认识的字段 {listed}，没有使用", f"unknown field {listed}, not used"))
        )
    document = registry.in_force(day or registry.latest)
    return {
        "id": identity(fields),
        "match": entry.name if entry else None,
        "listed": entry is not None and entry.listed,
        "candidates": [_candidate(candidate, lang) for candidate in answer.candidates],
        "enterprise": entry.id if entry else None,
        "list": document.id if document else None,
        "warnings": [{"code": code, "message": text.of(lang)} for code, text in warnings],
    }


def _of_the_day(registry: Registry, day: dt.date | None) -> list[tuple[str, Text]]:
    said = [("registry.invented", Text("名录是虚构的", "the registry is invented"))] if registry.invented else []
    if day is None:
        said.append(
            (
                "on.missing",
                Text(
                    f"没有写日期，按最新名单（自 {registry.latest} 起）",
                    f"no day given: by the newest list, from {registry.latest}",
                ),
            )
        )
    elif registry.in_force(day) is None:
        since = registry.lists[0].valid_from
        said.append(
            (
                "list.unknown_before",
                Text(
                    f"{since} 之前的名单没有收录，listed 为 false 只表示没有依据",
                    f"no list from before {since} is at hand: listed is false for want of one",
                ),
            )
        )
    return said


def _candidate(candidate: Candidate, lang: str) -> dict[str, Any]:
    return {
        "name": candidate.name,
        "score": candidate.score,
        "why": candidate.why.of(lang),
        "codes": [difference.code for difference in candidate.differences],
    }


def read_day(text: str, field: str) -> dt.date:
    """Return a day written 2024-05-08.

    Raises:
        InputError: it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text(f"应为日期，如 2024-05-08：{text}", f"a day is needed, such as 2024-05-08: {text}"), field=field
        ) from None


def _day(value: Any) -> dt.date | None:  # noqa: ANN401
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(Text("应为日期，如 2024-05-08", "a day is needed, such as 2024-05-08"), field="on")
    return read_day(value, "on")


def entry_json(registry: Registry, entry: Entry, lang: str) -> dict[str, Any]:
    """Return an enterprise as of a day as JSON."""
    document = next((one for one in registry.lists if one.id == entry.list_id), None)
    return {
        "number": entry.number,
        "id": entry.id,
        "name": entry.name,
        "kind": entry.kind,
        "kind_text": kind_words()[entry.kind].of(lang),
        "listed": entry.listed,
        "listed_from": entry.span.since.isoformat() if entry.span else None,
        "listed_to": entry.span.to.isoformat() if entry.span and entry.span.to else None,
        "list": entry.list_id,
        "doc_no": document.doc_no if document else None,
        "supervision_phone": document.supervision_phone if document else None,
        "credit_code": entry.credit_code,
        "aliases": [
            {"name": alias.name, "source": alias.source, "date": alias.date.isoformat()}
            for alias in registry.enterprises[entry.id].aliases
        ],
        "position": "imported" if entry.sites else "not_published",
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "geometry": dict(site.geometry),
                "crs": site.crs,
                "radius_m": site.radius_m,
                "source": site.source,
                "date": site.date.isoformat(),
                "invented": site.invented,
            }
            for site in entry.sites
        ],
    }
