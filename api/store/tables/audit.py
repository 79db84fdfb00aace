"""Who did what, when and why: entries chained by hash, which the database refuses to change."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table


class AuditEntry(Table):
    """One act. No personal data: subjects are named by their ids."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_at", "at", "number"),
        Index("ix_audit_entries_actor", "actor", "at", "number"),
        Index("ix_audit_entries_action", "action", "at", "number"),
        Index("ix_audit_entries_subject", "subject", "at", "number"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(60))  # an account's id, or a word such as `worker`
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))  # as in `lead.confirm`
    subject: Mapped[str] = mapped_column(String(120))  # as in `lead:01J…`
    why: Mapped[str | None] = mapped_column(String(2000))
    details: Mapped[dict[str, Any]]
    before_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Table):
    """The last entry; its row is locked by whoever adds the next."""

    __tablename__ = "audit_head"

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # always `head`
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
