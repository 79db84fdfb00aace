"""Answers kept for requests that may be sent twice."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import hold_turn
from api.store.tables.replies import Reply


def kept_reply(session: Session, caller: str, route: str, key: str) -> Reply | None:
    """Return the answer that was given to a key, if there was one."""
    # two requests with one key at once: the second waits for the first to end
    hold_turn(session, f"{caller}|{route}|{key}")
    return session.get(Reply, (caller, route, key))


def keep_reply(session: Session, caller: str, route: str, key: str, **answer: Any) -> None:  # noqa: ANN401
    """Keep an answer."""
    session.add(Reply(caller=caller, route=route, key=key, **answer))


def purge_replies(session: Session, before: dt.datetime, together: int) -> int:
    """Remove answers that were given before then, at most so many; return how many are gone."""
    keys = (Reply.caller, Reply.route, Reply.key)
    old = sa.select(*keys).where(Reply.created_at < before).order_by(Reply.created_at).limit(together)
    found: Any = session.execute(sa.delete(Reply).where(sa.tuple_(*keys).in_(old)))
    return int(found.rowcount)
