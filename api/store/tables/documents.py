"""Notices and zones as files by their hash, and which pair answers from when to when."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now


class Document(Table):
    """A file that verdicts are made by; never changed, never removed: leads name it by its hash."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_added_at", "added_at", "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # notice, zone
    name: Mapped[str] = mapped_column(String(200))  # as the file itself says: the notice's id, the zone's
    title: Mapped[str] = mapped_column(String(500))
    size: Mapped[int]
    facts: Mapped[dict[str, Any]]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[dt.datetime] = mapped_column(default=now)


class Enactment(Table):
    """A notice with its zone or zones, by which the service answers from one instant to another."""

    __tablename__ = "enactments"
    __table_args__ = (Index("ix_enactments_since", "since", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    notice: Mapped[str] = mapped_column(String(200), index=True)  # the notice's id, the same for each text of it
    notice_sha256: Mapped[str] = mapped_column(ForeignKey("documents.sha256"))
    zone_sha256: Mapped[str | None] = mapped_column(ForeignKey("documents.sha256"))
    other_zones_sha256: Mapped[list[str]] = mapped_column(default=list)  # of a notice with several zones
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ID)  # the enactment that took over, if one did
    why: Mapped[str] = mapped_column(String(2000))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[dt.datetime] = mapped_column(default=now)
    undone_by: Mapped[str | None] = mapped_column(String(60))
    undone_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def zones(self) -> tuple[str, ...]:
        """The hashes of all its zones; none where it has no map."""
        return () if self.zone_sha256 is None else (self.zone_sha256, *self.other_zones_sha256)
