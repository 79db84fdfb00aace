"""From the bytes of a request to the bytes of its answer: the same for both ways to get here."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.bodies import check_json, json_of, read_body
from api.problems import language_of, of_input
from api.service import Service
from truckban.questions.asking_bytes import answer_bytes, answer_fixes_bytes
from zones.errors import InputError

Kind = Literal["case", "fixes"]
_ANSWER: dict[Kind, Callable[..., bytes]] = {"case": answer_bytes, "fixes": answer_fixes_bytes}
# longer bodies would keep others waiting: what takes a few milliseconds is done at once
_LONG: dict[Kind, int] = {"case": 4_000, "fixes": 100_000}
_LIST = b"["


async def answered(request: Request, service: Service, kind: Kind) -> bytes:
    """Read a request's body and answer it by the law as it stands now.

    Raises:
        Problem: 400 no JSON, 413 too long, 415 not JSON by its own word, 422 what cannot be read, with the field.
    """
    check_json(request.headers.get("content-type"))
    body = await read_body(request.receive, service.settings.body_bytes)
    named = request.query_params.get("notice") if request.scope["query_string"] else None
    options: dict[str, Any] = {"context": service.law.now.answering(named), "errors": "raised"}
    if kind == "case" and body[:32].lstrip()[:1] == _LIST:
        options["lang"] = language_of(request)
    try:
        if len(body) > _LONG[kind]:
            return await run_in_threadpool(_ANSWER[kind], body, **options)
        return _ANSWER[kind](body, **options)
    except InputError as error:
        json_of(body)
        raise of_input(error) from None


def at_once(body: bytes, service: Service, kind: Kind) -> bytes | None:
    """Return the answer to a short question that names no notice; None where `answered` is needed: a list, a long body, an error."""
    if len(body) > _LONG[kind] or body[:1] != b"{":
        return None
    try:
        return _ANSWER[kind](body, context=service.law.now.answering(), errors="raised")
    except InputError:
        return None
