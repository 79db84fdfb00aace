"""Requests that create: sent twice with one Idempotency-Key, done once."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Header, Request, Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.problems import Problem
from api.service import service_of
from api.store.replies import keep_reply, kept_reply
from zones.text import Text

_LONGEST = 200
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=_LONGEST)]
"""The header, for routes to declare."""


class Made(NamedTuple):
    """What a request made.

    Attributes:
        body: what is answered, and kept for the same request sent again.
        status: with which status.
        headers: with which headers.
        once: members of the answer that are shown now and never again: secrets, which must not be kept.
    """

    body: Any
    status: int = 201
    headers: Mapping[str, str] = {}
    once: Mapping[str, Any] = {}


def do_once(request: Request, principal: Principal, body: Any, make: Callable[[Session], Made]) -> Response:  # noqa: ANN401
    """Make something in one transaction, and only once for one Idempotency-Key.

    The answer is kept in the transaction that makes the thing: there is never one without the other.

    Args:
        request: the request; its `Idempotency-Key` header may be missing, which makes it an ordinary request.
        principal: whose key it is.
        body: what was asked, as read: the same key with another body is refused.
        make: does it, and returns what to answer.

    Raises:
        Problem: 422 where the key was used for something else, 400 where it is no key.
    """
    from json import dumps  # noqa: PLC0415

    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        text = Text("Idempotency-Key 应为 1 到 200 个可见字符", "an Idempotency-Key has 1 to 200 visible characters")
        raise Problem(400, "idempotency_key", text)
    told = dumps([request.url.path, request.url.query, jsonable_encoder(body)], sort_keys=True, ensure_ascii=True)
    asked = hashlib.sha256(told.encode()).hexdigest()
    route = request.scope["route"].operation_id
    with service_of(request).store.write() as session:
        if key is not None and (kept := kept_reply(session, principal.caller, route, key)) is not None:
            if kept.request_hash != asked:
                text = Text("这个 Idempotency-Key 已用于别的请求", "this Idempotency-Key was used for another request")
                raise Problem(422, "idempotency_key_reused", text)
            return Response(
                kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"}, media_type="application/json"
            )
        made = make(session)
        content = dumps(jsonable_encoder(made.body), ensure_ascii=False).encode("utf-8", "backslashreplace")
        if key is not None:
            keep_reply(
                session,
                principal.caller,
                route,
                key,
                request_hash=asked,
                status=made.status,
                headers=dict(made.headers),
                body=content,
            )
    if made.once:
        content = dumps({**jsonable_encoder(made.body), **made.once}, ensure_ascii=False).encode()
    return Response(content, made.status, dict(made.headers), media_type="application/json")
