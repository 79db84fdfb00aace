"""`/v1/leads/…`: what officers do with leads. Nothing here happens by itself."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.access.principal import Principal
from api.bodies import EachOnce
from api.etags import etag_of, require_match
from api.leads.schemas import (
    Acted,
    Assign,
    AssignMany,
    Confirm,
    Dismiss,
    LeadState,
    ManyAssigned,
    Merge,
    OneAssigned,
    Undo,
)
from api.leads.showing import acted
from api.once import Key, Made, do_once
from api.openapi import answers
from api.problems import Problem, language_of, not_found
from api.store import lead_acts as acts
from api.store.accounts import account
from api.store.audit import note
from api.store.leads import OPEN
from api.store.runs import notes_of
from api.store.tables.leads import Lead
from zones.text import Text

router = APIRouter(prefix="/leads", tags=["leads"], route_class=EachOnce)
LeadPath = Annotated[str, Path(pattern="^[0-9a-f]{16,64}$", examples=["fcff3e0513e97004"])]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag of the lead as it was seen")]
_CHANGES = answers(400, 401, 403, 404, 409, 412, 422, 428)
_DOUBTS = {
    "schematic": Text("区域是示意图", "the zone is a schematic"),
    "not_enforceable": Text("即使属实也不能处罚", "no penalty could stand on it"),
    "undetermined": Text("是否违反通告尚不能确定", "whether it broke the notice is undetermined"),
    "notes": Text("核查对数据有疑点（见 notes）", "the check has doubts about its data (see `notes`)"),
}


@router.post(
    "/assign", operation_id="leads.assign_many", summary="Give some leads to an officer", response_model=ManyAssigned,
    responses=answers(400, 401, 403, 422),
)  # fmt: skip
def assign_many(request: Request, principal: Caller, asked: AssignMany, _key: Key = None) -> Response:
    """Assign each lead that still is in the state in which it was seen; say of each what became of it."""

    def make(session: Session) -> Made:
        assignee = _officer(session, principal, asked.assignee)
        leads = acts.leads_of(session, [each.lead_id for each in asked.leads])
        told = []
        for each in {one.lead_id: one for one in asked.leads}.values():
            lead = leads.get(each.lead_id)
            if lead is None:
                told.append(OneAssigned(lead_id=each.lead_id, outcome="not_found"))
                continue
            outcome = (
                "changed_meanwhile"
                if lead.version != each.version
                else "closed"
                if lead.state not in OPEN
                else "assigned"
            )
            if outcome == "assigned":
                _assign(session, principal, lead, assignee, asked.why)
            told.append(
                OneAssigned.model_validate({"lead_id": each.lead_id, "outcome": outcome, "version": lead.version})
            )
        count = sum(each.outcome == "assigned" for each in told)
        return Made(ManyAssigned(assigned=count, leads=told), 200)

    return do_once(request, principal, asked, make)


@router.post(
    "/{lead_id}/assign", operation_id="leads.assign", summary="Give a lead to an officer", response_model=Acted,
    responses=_CHANGES,
)  # fmt: skip
def assign(
    request: Request, principal: Caller, lead_id: LeadPath, asked: Assign, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Say whose a lead is; with null nobody's."""

    def do(session: Session, lead: Lead) -> Acted:
        _must_be_open(lead)
        _assign(session, principal, lead, _officer(session, principal, asked.assignee), asked.why)
        return acted(lead, "assign")

    return _changed(request, principal, lead_id, asked, do)


@router.post(
    "/{lead_id}/confirm", operation_id="leads.confirm", summary="Make a lead a violation", response_model=Acted,
    responses=_CHANGES,
)  # fmt: skip
def confirm(
    request: Request, principal: Caller, lead_id: LeadPath, asked: Confirm, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Confirm that a lead was verified with evidence of another kind. What stands against it has to be acknowledged."""

    def do(session: Session, lead: Lead) -> Acted:
        _must_be_open(lead)
        noted = notes_of(session, acts.runs_of(session, lead))
        doubts = [*_doubts(lead), *(["notes"] if noted else [])]
        unseen = [doubt for doubt in doubts if doubt not in asked.acknowledge]
        if unseen:
            zh, en = ("；".join(_DOUBTS[each].zh for each in unseen), "; ".join(_DOUBTS[each].en for each in unseen))
            text = Text(f"确认前请在 acknowledge 中写明已知道：{zh}", f"name in `acknowledge` what you know of: {en}")
            told = {"notes": [each[language_of(request)] for each in noted]} if "notes" in unseen else {}
            raise Problem(409, "acknowledge", text, more={"acknowledge": unseen, **told})
        violation = acts.confirm(session, lead, principal.actor, asked.why, doubts)
        details = {"violation": violation.id, "acknowledged": doubts, "version": lead.version}
        note(session, principal.actor, "lead.confirm", f"lead:{lead.lead_id}", why=asked.why, details=details)
        return acted(lead, "confirm", violation.id)

    return _changed(request, principal, lead_id, asked, do, status=201)


@router.post(
    "/{lead_id}/dismiss", operation_id="leads.dismiss", summary="Say that a lead is none", response_model=Acted,
    responses=_CHANGES,
)  # fmt: skip
def dismiss(
    request: Request, principal: Caller, lead_id: LeadPath, asked: Dismiss, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Dismiss a lead, with a reason of the list and one in words."""

    def do(session: Session, lead: Lead) -> Acted:
        _must_be_open(lead)
        acts.change(session, lead, "dismiss", principal.actor, acts.Reason(asked.code, asked.why), state="dismissed")
        details = {"code": asked.code, "version": lead.version}
        note(session, principal.actor, "lead.dismiss", f"lead:{lead.lead_id}", why=asked.why, details=details)
        return acted(lead, "dismiss")

    return _changed(request, principal, lead_id, asked, do)


@router.post(
    "/{lead_id}/merge", operation_id="leads.merge", summary="Say that two leads tell of one act", response_model=Acted,
    responses=_CHANGES,
)  # fmt: skip
def merge(
    request: Request, principal: Caller, lead_id: LeadPath, asked: Merge, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Close a lead because another one of the same vehicle tells of the same act."""

    def do(session: Session, lead: Lead) -> Acted:
        _must_be_open(lead)
        other = acts.lead_of(session, asked.into)
        if other is None:
            text = Text("没有要并入的那条线索", "the lead to merge into does not exist")
            raise Problem(422, "invalid", text, errors=[("body.into", text)])
        same = lead.vehicle_id == other.vehicle_id or (lead.plate is not None and lead.plate == other.plate)
        if other.number == lead.number or not same or other.state in ("merged", "dismissed"):
            text = Text(
                "只能并入同一辆车的另一条、没有被排除或合并的线索",
                "a lead merges into another one of the same vehicle that is neither dismissed nor merged",
            )
            raise Problem(409, "merge", text, errors=[("body.into", text)])
        acts.change(
            session,
            lead,
            "merge",
            principal.actor,
            acts.Reason(None, asked.why),
            state="merged",
            merged_into=other.lead_id,
        )
        details = {"into": other.lead_id, "version": lead.version}
        note(session, principal.actor, "lead.merge", f"lead:{lead.lead_id}", why=asked.why, details=details)
        return acted(lead, "merge")

    return _changed(request, principal, lead_id, asked, do, also=asked.into)


@router.post(
    "/{lead_id}/undo", operation_id="leads.undo", summary="Take back the last act", response_model=Acted,
    responses=_CHANGES,
)  # fmt: skip
def undo(
    request: Request, principal: Caller, lead_id: LeadPath, asked: Undo, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Take back the last act that was not taken back yet; it stays on record. A violation that it made is revoked."""

    def do(session: Session, lead: Lead) -> Acted:
        taken = acts.undo(session, lead, principal.actor, asked.why)
        if taken is None:
            raise Problem(409, "nothing_to_undo", Text("没有可以撤回的操作", "there is nothing to take back"))
        details = {"act": taken.act, "version": lead.version}
        note(session, principal.actor, "lead.undo", f"lead:{lead.lead_id}", why=asked.why, details=details)
        return acted(lead, "undo")

    return _changed(request, principal, lead_id, asked, do)


def _changed(
    request: Request,
    principal: Principal,
    lead_id: str,
    asked: Any,  # noqa: ANN401
    do: Callable[[Session, Lead], Acted],
    *,
    status: int = 200,
    also: str | None = None,
) -> Response:
    """Do something with a lead in the state that the caller has seen, once."""

    def make(session: Session) -> Made:
        # both leads of a merge are locked in one order: two merges never wait for each other
        leads = acts.leads_of(session, [lead_id, *([also] if also else [])])
        lead = leads.get(lead_id) or not_found()
        try:
            require_match(request, etag_of(lead.lead_id, lead.version))
        except Problem as problem:
            present = LeadState.model_validate(lead, from_attributes=True)
            raise Problem(
                problem.status,
                problem.code,
                problem.text,
                headers=problem.headers,
                more={"lead": present.model_dump(mode="json")},
            ) from None
        told = do(session, lead)
        headers = {"ETag": etag_of(lead.lead_id, lead.version)}
        if told.violation_id is not None:
            headers["Location"] = f"/v1/violations/{told.violation_id}"
        return Made(told, status, headers)

    return do_once(request, principal, asked, make)


def _must_be_open(lead: Lead) -> None:
    if lead.state not in OPEN:
        text = Text("这条线索已经办结；要改请先撤回", "this lead is closed; take that back first")
        present = LeadState.model_validate(lead, from_attributes=True)
        raise Problem(409, "closed", text, more={"lead": present.model_dump(mode="json")})


def _doubts(lead: Lead) -> list[str]:
    """Return what stands against a lead by itself."""
    found = {
        "schematic": lead.grade == "schematic",
        "not_enforceable": not lead.enforceable,
        "undetermined": lead.verdict == "undetermined",
    }
    return [name for name, stands in found.items() if stands]


def _officer(session: Session, principal: Principal, asked: str | None) -> str | None:
    """Return the account that a lead is given to.

    Raises:
        Problem: 422 for one that is no officer in office.
    """
    if asked in (None, "me", principal.account_id):
        return None if asked is None else principal.account_id
    assert asked is not None  # noqa: S101
    found = account(session, asked)
    if found is None or found.role != "officer" or not found.active:
        text = Text("没有这位在岗民警", "there is no such officer in office")
        raise Problem(422, "invalid", text, errors=[("body.assignee", text)])
    return found.id


def _assign(session: Session, principal: Principal, lead: Lead, assignee: str | None, why: str | None) -> None:
    state = "new" if assignee is None else "assigned"
    acts.change(session, lead, "assign", principal.actor, acts.Reason(None, why), state=state, assignee=assignee)
    details = {"assignee": assignee, "version": lead.version}
    note(session, principal.actor, "lead.assign", f"lead:{lead.lead_id}", why=why, details=details)
