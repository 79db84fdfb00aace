"""Types that mean the same in SQLite and PostgreSQL."""

import datetime as dt
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from ulid import ULID

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Instant(sa.TypeDecorator[dt.datetime]):
    """An aware time as microseconds since 1970 in UTC: exact, sortable and the same in both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Store."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002
        """Read."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


JSON = sa.JSON().with_variant(JSONB(), "postgresql")
ID = sa.String(26)


class Table(DeclarativeBase):
    """What every table is."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {dt.datetime: Instant, dict[str, Any]: JSON, list[str]: JSON, list[Any]: JSON}


def new_id() -> str:
    """Return an id that sorts by time and cannot be guessed (ULID: 48 bits of milliseconds, 80 random bits)."""
    return str(ULID())


def hold_turn(session: Session, name: str) -> None:
    """Wait until nobody else holds a turn of this name; it is held until the transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def count_of(session: Session, asked: sa.Select[Any]) -> int:
    """Return how many rows there are."""
    return session.execute(sa.select(sa.func.count()).select_from(asked.subquery())).scalar_one()


def now() -> dt.datetime:
    """Return this instant, in UTC."""
    return dt.datetime.now(dt.UTC)
