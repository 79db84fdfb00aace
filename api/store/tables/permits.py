"""Applications for permits, each step that was taken, what was granted, and what a reviewer was shown.

An application's state is what its steps come to; the columns repeat it so that lists are served by indexes. `expired` is no
state of the store: it follows from `ends_at`.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now

_PERMIT = "permits.id"


class Permit(Table):
    """An application, and the permit that comes of it."""

    __tablename__ = "permits"
    __table_args__ = (
        Index("ix_permits_applicant_id", "applicant_id", "id"),
        Index("ix_permits_enterprise_id", "enterprise_id", "id"),
        Index("ix_permits_state", "state", "id"),
        Index("ix_permits_sponsor", "sponsor", "id"),
        Index("ix_permits_due_at", "due_at", "id"),
        Index("ix_permits_ends_at", "ends_at", "begins_at"),
        Index("ix_permits_notice", "notice", "state", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    applicant_id: Mapped[str] = mapped_column(String(60))  # an account
    enterprise_id: Mapped[str | None] = mapped_column(String(60))  # of that account: all of an enterprise share
    fields: Mapped[dict[str, Any]]  # as asked (`truckban.permitting.model`), without attachments
    notice: Mapped[str | None] = mapped_column(String(200))
    permit_kind: Mapped[str | None] = mapped_column(String(200))
    sponsor: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    copied_from: Mapped[str | None] = mapped_column(ID)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    submitted_at: Mapped[dt.datetime | None]  # for the first time; others than the applicant see it from then on
    due_at: Mapped[dt.datetime | None]  # the first instant too late; null while no decision is due
    permit_no: Mapped[str | None] = mapped_column(String(64), unique=True)
    approval: Mapped[dict[str, Any] | None]  # as granted (`truckban.permitting.approval`)
    timezone: Mapped[str | None] = mapped_column(String(60))  # the notice's, in which days and hours are meant
    begins_at: Mapped[dt.datetime | None]
    ends_at: Mapped[dt.datetime | None]  # the first instant at which it is no longer valid


class PermitPlate(Table):
    """A vehicle of an application."""

    __tablename__ = "permit_plates"

    plate: Mapped[str] = mapped_column(String(40), primary_key=True)
    permit_id: Mapped[str] = mapped_column(ForeignKey(_PERMIT, ondelete="CASCADE"), primary_key=True, index=True)


class PermitEvent(Table):
    """A step that somebody took; never changed."""

    __tablename__ = "permit_events"
    __table_args__ = (Index("ix_permit_events_batch", "batch", "permit_id"),)

    permit_id: Mapped[str] = mapped_column(ForeignKey(_PERMIT, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(12))
    from_state: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[dt.datetime]
    reason: Mapped[str | None] = mapped_column(String(2000))
    codes: Mapped[list[str]]
    batch: Mapped[str | None] = mapped_column(ID)
    undoes: Mapped[int | None]
    assessment_id: Mapped[str | None] = mapped_column(ForeignKey("permit_assessments.id"))  # what was seen


class PermitAssessment(Table):
    """What the program found on an application in one state of it, of the law and of the records."""

    __tablename__ = "permit_assessments"
    __table_args__ = (Index("uq_permit_assessments_state", "permit_id", "content", "basis", unique=True),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    permit_id: Mapped[str] = mapped_column(ForeignKey(_PERMIT, ondelete="CASCADE"))
    content: Mapped[str] = mapped_column(String(64))  # SHA-256 of the application as assessed
    basis: Mapped[str] = mapped_column(String(64))  # SHA-256 of all that it was held against, and the day
    body: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime] = mapped_column(default=now)


class PermitSuspension(Table):
    """Permits suspended together; undone together."""

    __tablename__ = "permit_suspensions"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    notice: Mapped[str] = mapped_column(String(200))
    permit_kind: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(2000))
    count: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[dt.datetime] = mapped_column(default=now)
    lifted_by: Mapped[str | None] = mapped_column(String(60))
    lifted_at: Mapped[dt.datetime | None]
    lifted_reason: Mapped[str | None] = mapped_column(String(2000))
    lifted_count: Mapped[int | None]


class PermitNumber(Table):
    """The last number given in a year."""

    __tablename__ = "permit_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class PermitKey(Table):
    """A public key that permits were signed with: old permits are still read when a new key signs."""

    __tablename__ = "permit_keys"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    pem: Mapped[str] = mapped_column(Text)
    since: Mapped[dt.datetime] = mapped_column(default=now)


class Attachment(Table):
    """A file handed in with an application; its bytes are in a folder, under a name that says nothing."""

    __tablename__ = "permit_attachments"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    permit_id: Mapped[str] = mapped_column(ForeignKey(_PERMIT, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(60))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(40), unique=True)
    added_by: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[dt.datetime] = mapped_column(default=now)
