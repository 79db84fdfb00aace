"""An application as it is sent: JSON of the schema that the whole program has for one (`truckban.permitting.model`)."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

from api.bodies import check_json, json_of, read_body
from api.law_in_force import LawInForce
from api.permits.schemas import EXAMPLE
from api.problems import Problem
from api.service import service_of
from truckban.norms import Notice
from truckban.permitting.holders import check_holder
from truckban.permitting.limits import Limits, limits_for
from truckban.permitting.model import Application, read_application
from zones.errors import InputError
from zones.text import Text

SCHEMAS = (Application,)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{Application.__name__}"},
                "examples": {"concrete at night": {"value": EXAMPLE}, "an empty draft": {"value": {}}},
            }
        },
    }
}
_DEEPEST = 60
_MOST = 2.0**53
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


async def _body(request: Request) -> Any:  # noqa: ANN401
    check_json(request.headers.get("content-type"))
    return json_of(await read_body(request.receive, service_of(request).settings.body_bytes))


ApplicationBody = Annotated[Any, Depends(_body)]


def notice_of(law: LawInForce, name: str | None) -> Notice | None:
    """Return a notice in force; None where there is none of that name."""
    pair = None if name is None else law.pairs.get(name)
    return None if pair is None else pair.notice


def limits_of(law: LawInForce, application: Application) -> Limits:
    """Return what bounds an application; InputError where its notice has no such kind of permit."""
    return limits_for(notice_of(law, application.notice), permit_kind=application.permit_kind)


def read(given: Any, law: LawInForce) -> Application:  # noqa: ANN401
    """Return an application that was sent; a draft may lack anything. What is said of attachments is not taken from here.

    Raises:
        Problem: 422; something in it cannot be, with its field.
    """
    try:
        _check_storable(given)
        fields = {name: value for name, value in given.items() if name != "attachments"}
        # the notice bounds the rest, so it is read first
        named = read_application({name: fields[name] for name in ("notice", "permit_kind") if name in fields})
        application = read_application(fields, limits=limits_of(law, named))
        check_holder(application.holder)
        _check_days(application)
    except InputError as error:
        field = f"body.{error.field}" if error.field else "body"
        raise Problem(422, "invalid", error.text, errors=[(field, error.text)]) from None
    return application


def _check_days(application: Application) -> None:
    days = application.days
    if days is not None and (days.from_.year < _FIRST_YEAR or days.to.year > _LAST_YEAR):
        raise InputError(Text("日期不合理", "such days cannot be meant"), field="days")


def _check_storable(given: Any) -> None:  # noqa: ANN401
    """Refuse what is no object, and what no database keeps: NUL, halves of characters, numbers beyond all, too deep a nest."""
    if not isinstance(given, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    rest: list[tuple[str, Any, int]] = [("", given, 0)]
    while rest:
        place, value, depth = rest.pop()
        if depth > _DEEPEST:
            raise InputError(Text("嵌套太深", "nested too deeply"), field=place)
        if isinstance(value, str):
            _check_text(place, value)
        elif isinstance(value, int | float) and not abs(value) <= _MOST:
            raise InputError(Text("数字太大", "the number is too large"), field=place)
        elif isinstance(value, Mapping):
            for name, each in value.items():
                _check_text(place, name)
                rest.append((f"{place}.{name}" if place else name, each, depth + 1))
        elif isinstance(value, list):
            rest += [(place, each, depth + 1) for each in value]


def _check_text(place: str, text: str) -> None:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InputError(Text("有不能用的字符", "it has a character that cannot be used"), field=place or None)
