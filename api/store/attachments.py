"""Files handed in with applications."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.permits import reached
from api.store.tables.permits import Attachment, Permit
from api.store.whose import Whose


def attachments(session: Session, permit_id: str) -> Sequence[Attachment]:
    """Return the files of an application, in the order in which they came."""
    return session.scalars(sa.select(Attachment).where(Attachment.permit_id == permit_id).order_by(Attachment.id)).all()


def attachment(session: Session, id_: str, *, whose: Whose | None) -> Attachment | None:
    """Return one file: of somebody's own application, or of any that was handed in."""
    query = sa.select(Attachment).join(Permit, Permit.id == Attachment.permit_id)
    return session.scalars(query.where(Attachment.id == id_, reached(whose))).one_or_none()


def known_paths(session: Session, paths: Collection[str]) -> set[str]:
    """Return those of some files that an application has."""
    return set(session.scalars(sa.select(Attachment.path).where(Attachment.path.in_(tuple(paths)))))
