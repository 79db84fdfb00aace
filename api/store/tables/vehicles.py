"""Vehicles and whose they are."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now


class Vehicle(Table):
    """A vehicle that somebody says is theirs; it counts as theirs when an office has seen its licence."""

    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("owner_id", "plate"),
        # several may say that a plate is theirs, one alone is believed
        Index(
            "uq_vehicles_confirmed",
            "plate",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
        Index("ix_vehicles_owner_id_id", "owner_id", "id"),
        Index("ix_vehicles_enterprise_id_id", "enterprise_id", "id"),
        Index("ix_vehicles_plate_id", "plate", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(String(60))  # an account
    enterprise_id: Mapped[str | None] = mapped_column(String(60))  # of that account: all of an enterprise share
    plate: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]  # the contract's vehicle without its plate
    name: Mapped[str | None] = mapped_column(String(100))  # what the fleet calls it
    vehicle_class: Mapped[str] = mapped_column(String(20))
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=1)
    added_at: Mapped[dt.datetime] = mapped_column(default=now)
