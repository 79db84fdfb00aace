"""Removing what is past its time (PIPL 19: no longer than needed), and what holds it back."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from api.permits.past import past_limits, permit_days, purge_permits
from api.settings import Settings
from api.store.audit import Actor, note
from api.store.database import Store
from api.store.permits_past import past_permits
from api.store.replies import purge_replies
from api.store.retention import Limits, past_their_time, purge_leads, purge_tracks

_TOGETHER = 500
PURGER = Actor("retention", "program")


def limits_at(settings: Settings, at: dt.datetime) -> Limits:
    """Return before when what is past its time."""
    return Limits(at, at - dt.timedelta(days=settings.raw_days), at - dt.timedelta(days=settings.lead_days))


def due(store: Store, settings: Settings, at: dt.datetime) -> dict[str, int]:
    """Return what a purge would remove now, and how many holds stand."""
    with store.read() as session:
        return all_due(session, settings, at)


def all_due(session: Session, settings: Settings, at: dt.datetime) -> dict[str, int]:
    """Return the same in a transaction."""
    return {
        **past_their_time(session, limits_at(settings, at)),
        **past_permits(session, past_limits(settings, at)),
    }


def days_kept(settings: Settings) -> dict[str, int]:
    """Return how many days what is kept."""
    names = ("raw_days", "lead_days", "draft_days", "result_days", "reply_days", "log_days")
    return {**{name: getattr(settings, name) for name in names}, "permit_days": permit_days(settings)}


def purge(store: Store, settings: Settings, at: dt.datetime) -> dict[str, int]:
    """Remove what is past its time, some at a time; stopped half-way, the next purge goes on.

    What each step removes is put on record in the transaction that removes it.

    Args:
        store: the store.
        settings: `raw_days`, `lead_days`, `permit_days`, `draft_days`, `reply_days`.
        at: the time that ages are reckoned to.

    Returns:
        How many permits, drafts, files of neither, tracks, closed leads, lapsed leads and answers kept for requests that
        are sent again are gone.
    """
    limits = limits_at(settings, at)
    replies = partial(purge_replies, before=at - dt.timedelta(days=settings.reply_days), together=_TOGETHER)
    return {
        # before the leads: what only they still hold goes the next time, when it has been counted
        **purge_permits(store, settings, at, PURGER),
        "tracks": _in_steps(store, settings, "tracks", partial(purge_tracks, limits=limits, together=_TOGETHER)),
        "closed_leads": _in_steps(
            store, settings, "closed_leads", partial(purge_leads, limits=limits, together=_TOGETHER, lapsed=False)
        ),
        "lapsed_leads": _in_steps(
            store, settings, "lapsed_leads", partial(purge_leads, limits=limits, together=_TOGETHER, lapsed=True)
        ),
        "replies": _in_steps(store, settings, "replies", replies),
    }


def _in_steps(store: Store, settings: Settings, what: str, step: Callable[[Session], int]) -> int:
    gone = 0
    while True:
        with store.write() as session:
            removed = step(session)
            if not removed:
                return gone
            days = {name: getattr(settings, name) for name in ("raw_days", "lead_days", "reply_days")}
            note(
                session,
                PURGER,
                "retention.purge",
                "replies" if what == "replies" else "leads",
                details={"what": what, "removed": removed, **days},
            )
        gone += removed
