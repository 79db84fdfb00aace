"""Applications and permits as they are answered: personal data for those only whom it concerns."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from api.access.principal import Principal
from api.law_in_force import LawInForce
from api.permits import service as permits
from api.permits.schemas import (
    Acted,
    AttachmentShown,
    Clock,
    EventShown,
    PermitRow,
    PermitWhole,
    SuspensionShown,
)
from api.privacy import Plates
from api.store.base import now
from api.store.permits import application_of, approval_of, event_of
from api.store.tables.permits import Attachment, Permit, PermitEvent, PermitSuspension
from api.store.whose import is_own
from truckban.permitting.model import as_fields, missing_of
from truckban.permitting.states import STATE_WORDS, State, possible, state_of

HERE = ZoneInfo("Asia/Shanghai")
_PRIVATE = ("id_no", "phone")


def local(at: dt.datetime | None) -> dt.datetime | None:
    """Return an instant in China's time."""
    return None if at is None else at.astimezone(HERE)


def state_at(row: Permit, at: dt.datetime) -> State:
    """Return an application's state: a permit whose time is over has expired, whatever the store has."""
    if row.state in ("approved", "suspended") and row.ends_at is not None and row.ends_at <= at:
        return "expired"
    state: State = row.state  # type: ignore[assignment]  # the store holds what the rules made
    return state


def acted(row: Permit) -> Acted:
    """Return where an application stands after a step."""
    return Acted(
        id=row.id,
        state=state_at(row, now()),
        version=row.version,
        permit_no=row.permit_no,
        due_at=local(row.due_at),
    )


def sees_holder(principal: Principal, row: Permit) -> bool:
    """Tell whether somebody may see who the holder is, beyond the name: the applicant, and whoever decides."""
    return is_own(row.applicant_id, row.enterprise_id, principal) or principal.role == "reviewer"


def fields_shown(fields: Mapping[str, Any], plates: Plates, *, holder: bool) -> dict[str, Any]:
    """Return an application's fields as the caller may see them."""
    told = dict(fields)
    if isinstance(told.get("holder"), dict):
        own = dict(told["holder"])
        if not holder:
            own |= {name: "***" for name in _PRIVATE if name in own}
        if not plates.full:
            own["name"] = name_shown(own, plates)
        told["holder"] = own
    if not plates.full:
        told["vehicles"] = [
            {**vehicle, "plate": plates.plate(str(vehicle.get("plate", "")))} for vehicle in told.get("vehicles", [])
        ]
    return told


def name_shown(holder: Mapping[str, Any], plates: Plates) -> str:
    """Return a holder's name; of a person the first character alone where plates are masked too."""
    name = str(holder.get("name", ""))
    return name if plates.full or holder.get("kind") == "firm" else f"{name[:1]}**"


def row_of(row: Permit, numbers: Sequence[str], plates: Plates, lang: str, at: dt.datetime) -> PermitRow:
    """Return an application as lists show it."""
    state = state_at(row, at)
    holder = row.fields.get("holder")
    return PermitRow(
        id=row.id,
        state=state,
        state_text=STATE_WORDS[state].of(lang),
        permit_no=row.permit_no,
        notice=row.notice,
        permit_kind=row.permit_kind,
        sponsor=row.sponsor,
        holder=name_shown(holder, plates) if isinstance(holder, dict) else None,
        plates=[str(plates.plate(plate)) for plate in numbers],
        retroactive=row.fields.get("retroactive") is not None,
        days=(row.approval or row.fields).get("days"),
        submitted_at=local(row.submitted_at),
        due_at=local(row.due_at),
        overdue=row.due_at is not None and row.due_at <= at,
        changed_at=row.changed_at.astimezone(HERE),
        version=row.version,
    )


def whole_of(
    row: Permit,
    events: Sequence[PermitEvent],
    files: Sequence[Attachment],
    law: LawInForce,
    *,
    principal: Principal,
    plates: Plates,
    lang: str,
) -> PermitWhole:
    """Return everything about an application, but for its steps."""
    at, steps = now(), [event_of(each) for each in events]
    state = state_of(steps, last_instant=row.ends_at, at=max([at, *(each.at for each in steps[-1:])]))
    own = is_own(row.applicant_id, row.enterprise_id, principal)
    remaining = permits.clock_of(law, row).remaining(steps, at)
    application, approval = application_of(row), approval_of(row)
    return PermitWhole(
        id=row.id,
        applicant_id=row.applicant_id,
        enterprise_id=row.enterprise_id,
        state=state,
        state_text=STATE_WORDS[state].of(lang),
        version=row.version,
        application=fields_shown(as_fields(application), plates, holder=sees_holder(principal, row)),
        missing=missing_of(application),
        approval=None if approval is None else as_fields(approval),
        permit_no=row.permit_no,
        retroactive=application.retroactive is not None,
        attachments=[attachment_shown(each) for each in files],
        clock=Clock.model_validate(remaining.as_json()),
        possible=possible(
            steps,
            by=principal.actor.id,
            role=principal.role,  # type: ignore[arg-type]  # the table of access knows no others
            at=at,
            applicant=principal.actor.id if own else row.applicant_id,
            last_instant=row.ends_at,
        ),
        limits=permits.limits_now(law, row).as_json(),
        copied_from=row.copied_from if own else None,
        created_at=row.created_at.astimezone(HERE),
        changed_at=row.changed_at.astimezone(HERE),
        submitted_at=local(row.submitted_at),
        plates="full" if plates.full else "masked",
    )


def attachment_shown(row: Attachment) -> AttachmentShown:
    """Return what is known of a file."""
    return AttachmentShown.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "name", "kind", "media_type", "size", "sha256")},
            "added_at": local(row.added_at),
        }
    )


def event_shown(row: PermitEvent, *, officially: bool) -> EventShown:
    """Return a step; who of the office took it is told to the office alone."""
    fields = {name: getattr(row, name) for name in EventShown.model_fields}
    hidden = not officially and row.role not in ("driver", "enterprise")
    return EventShown.model_validate(
        {
            **fields,
            "at": local(row.at),
            "by": row.role if hidden else row.by,
            "assessment_id": row.assessment_id if officially else None,
        }
    )


def suspension_shown(row: PermitSuspension) -> SuspensionShown:
    """Return a suspension of many."""
    times = {name: local(getattr(row, name)) for name in ("made_at", "lifted_at")}
    return SuspensionShown.model_validate(
        {**{name: getattr(row, name) for name in SuspensionShown.model_fields}, **times}
    )
