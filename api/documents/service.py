"""Taking documents in, and putting them in force: nothing is accepted that could not answer."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from api.law import pairs_named
from api.law_in_force import LawInForce, Pair, zone_of
from api.problems import Problem, not_found, of_input
from api.store import documents as stored
from api.store.audit import Actor, note
from api.store.base import new_id, now
from api.store.database import Store
from api.store.tables.documents import Enactment
from truckban.grounds import ground_for
from truckban.norms import Notice
from truckban.notices.load import notice_of, problems_of
from truckban.zone_parts import mapped_zone
from zones.errors import InputError
from zones.text import Text
from zones.zone import Zone

PROGRAM = Actor("program", "program")
_OLDEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOST_FAULTS = 50


def read_notice(content: bytes) -> Notice:
    """Return a notice that was handed in.

    Raises:
        Problem: 422 with every fault, each with its line and field.
    """
    faults = problems_of(content)
    if faults:
        text = Text(f"通告文件有 {len(faults)} 处要改", f"the notice's file has {len(faults)} faults")
        errors = [(_place(fault), fault.text) for fault in faults[:_MOST_FAULTS]]
        lines = [fault.line for fault in faults[:_MOST_FAULTS]]
        raise Problem(422, "invalid_notice", text, errors=errors, more={"lines": lines})
    return notice_of(content)


def read_zone(content: bytes) -> Zone:
    """Return a zone that was handed in.

    Raises:
        Problem: 422 with the fault's line or field.
    """
    try:
        found = zone_of(content)
        # as it is read back: a hash must not depend on who wrote the file
        return zone_of(found.text.encode())
    except InputError as error:
        place = _place(error)
        raise Problem(
            422, "invalid_zone", error.text, errors=[(place, error.text)], more={"lines": [error.line]}
        ) from None


def _place(error: InputError) -> str:
    return error.field or ("body" if error.line is None else f"line {error.line}")


def facts_of_notice(notice: Notice) -> dict[str, Any]:
    """Return what a list says of a notice."""
    pack = notice.pack
    return {
        "doc_no": pack.doc_no,
        "issuer": pack.issuer,
        "place": pack.place.model_dump(mode="json"),
        "dates": pack.dates.model_dump(mode="json", exclude={"review"}),
        "replaces": pack.replaces,
        "amends": pack.amends,
    }


def facts_of_zone(zone: Zone) -> dict[str, Any]:
    """Return what a list says of a zone."""
    return {
        "grade": zone.grade,
        "area_km2": zone.area_km2,
        "loop_area_km2": zone.loop_area_km2,
        "gaps": len(zone.gaps),
        "streets": len(zone.streets),
        "warnings": list(zone.warnings),
        "notice": dict(zone.notice),
        "replaces": dict(zone.replaces),
        "source": dict(zone.source),
    }


def keep_notice(session: Session, actor: Actor, content: bytes, notice: Notice | None = None) -> str:
    """Keep a notice's file; return its hash. The same file twice is one."""
    notice = notice or read_notice(content)
    values = {"name": notice.id, "title": notice.pack.title, "facts": facts_of_notice(notice)}
    return _keep(session, actor, "notice", content, hashlib.sha256(content).hexdigest(), values)


def keep_zone(session: Session, actor: Actor, zone: Zone) -> str:
    """Keep a zone's file; return its hash."""
    values = {"name": zone.id, "title": zone.id, "facts": facts_of_zone(zone)}
    return _keep(session, actor, "zone", zone.text.encode(), zone.sha256, values)


def _keep(session: Session, actor: Actor, kind: str, content: bytes, sha256: str, values: dict[str, Any]) -> str:
    if len(values["name"]) > 200 or len(values["title"]) > 500:  # noqa: PLR2004 - as the store's columns
        text = Text("名称太长（编号最多 200 字，标题最多 500 字）", "too long a name: 200 characters, 500 for a title")
        raise Problem(422, f"invalid_{kind}", text, errors=[("id", text)])
    if "\0" in f"{values['name']}{values['title']}":
        text = Text("名称里有不能用的字符", "the name has a character that cannot be used")
        raise Problem(422, f"invalid_{kind}", text, errors=[("id", text)])
    if stored.add_document(
        session, sha256=sha256, kind=kind, size=len(content), content=content, added_by=actor.id, **values
    ):
        note(session, actor, "document.add", f"document:{sha256}", details={"kind": kind, "name": values["name"]})
    return sha256


def enact(
    session: Session,
    actor: Actor,
    *,
    notice: str,
    zone: str | None,
    since: dt.datetime | None,
    why: str,
    others: Sequence[str] = (),
) -> Enactment:
    """Put a notice with its zone, and further ones where it has several, in force; what answered for it until then ends.

    Raises:
        Problem: 422 where they could not answer, 409 where a later change of the notice is there already.
    """
    stored.wait_for_turn(session)
    at = now()
    if since is not None and since < at - dt.timedelta(minutes=1):
        text = Text("不能倒填日期：起始时刻不早于现在", "what is put in force begins now or later")
        raise Problem(422, "invalid", text, errors=[("body.since", text)])
    begins = max(since or at, at)
    pair = _pair(session, notice, () if zone is None else (zone, *others))
    _check_zone(pair)
    kept = [keep_zone(session, actor, zone) for zone in pair.zones]
    before = stored.last_change(session, pair.notice.id)
    if before is not None and before.since > begins:
        text = Text(
            "这个通告已有更晚起用的安排，请先撤销它", "a later change of this notice is planned; undo that first"
        )
        raise Problem(409, "later_change", text, more={"enactment": before.id})
    row = Enactment(
        id=new_id(),
        notice=pair.notice.id,
        notice_sha256=notice,
        zone_sha256=kept[0] if kept else None,
        other_zones_sha256=kept[1:],
        since=begins,
        why=why,
        made_by=actor.id,
        made_at=at,
        version=1,
    )
    session.add(row)
    if before is not None and (before.until is None or before.until > begins):
        before.until, before.ended_by = begins, row.id
        before.version += 1
    session.flush()
    check_answers(session, begins)
    note(
        session,
        actor,
        "law.enact",
        f"enactment:{row.id}",
        why=why,
        details={
            "notice": notice,
            "zone": row.zone_sha256,
            **({"other_zones": kept[1:]} if kept[1:] else {}),
            "since": begins.isoformat(),
            "in_place_of": before and before.id,
        },
    )
    return row


def end(session: Session, actor: Actor, row: Enactment, *, why: str) -> Enactment:
    """Take a pair out of force, now.

    Raises:
        Problem: 409 where it does not answer now, or nothing would.
    """
    at = now()
    if row.undone_at is not None or row.since > at or (row.until is not None and row.until <= at):
        text = Text("它现在并不在用", "it is not in force now")
        raise Problem(409, "not_in_force", text)
    row.until = at
    row.version += 1
    session.flush()
    check_answers(session, at)
    note(session, actor, "law.end", f"enactment:{row.id}", why=why)
    return row


def undo(session: Session, actor: Actor, row: Enactment, *, why: str) -> Enactment:
    """Take back that a pair was put in force: what it ended goes on.

    Raises:
        Problem: 409 where it was undone, where a later change of the notice stands, or where nothing would be left.
    """
    if row.undone_at is not None:
        text = Text("已经撤销过了", "it was undone already")
        raise Problem(409, "undone", text)
    last = stored.last_change(session, row.notice)
    if last is None or last.id != row.id:
        text = Text("之后还有别的变动，请从最后一项起撤销", "there is a later change; undo the last one first")
        raise Problem(409, "later_change", text, more={"enactment": last and last.id})
    before = stored.ended_for(session, row.id)
    row.undone_at, row.undone_by = now(), actor.id
    row.version += 1
    if before is not None:
        before.until, before.ended_by = None, None
        before.version += 1
    session.flush()
    check_answers(session, now())
    note(session, actor, "law.undo", f"enactment:{row.id}", why=why, details={"again": before and before.id})
    return row


def check_answers(session: Session, at: dt.datetime) -> LawInForce:
    """Return the law that would answer at an instant.

    Raises:
        Problem: 409 where nothing would be left, 422 where the notices do not go together.
    """
    pairs = [_pair(session, row.notice_sha256, row.zones) for row in stored.standing_at(session, at)]
    if not pairs:
        text = Text("至少要有一个通告在用", "at least one notice must stay in force")
        raise Problem(409, "nothing_left", text)
    try:
        return LawInForce(pairs)
    except InputError as error:
        raise of_input(error) from None


def _pair(session: Session, notice: str, zones: Sequence[str]) -> Pair:
    text = _content(session, notice, "notice_sha256")
    fields = ("zone_sha256", *(f"other_zones_sha256.{number}" for number in range(len(zones) - 1)))
    files = [_content(session, zone, field) for zone, field in zip(zones, fields, strict=False)]
    try:
        pair = Pair.read(text, files)
    except InputError as error:
        raise of_input(InputError(error.text, field="body.other_zones_sha256") if files[1:] else error) from None
    if zones or pair.notice.pack.zone_file is None:
        return pair
    try:
        return replace(pair, ground=ground_for(pair.notice))
    except InputError as error:
        raise of_input(error) from None


def _check_zone(pair: Pair) -> None:
    """Refuse a zone by which no position could be answered: the notice has several areas, and none of this name."""
    if pair.ground is None:
        return
    try:
        mapped_zone(pair.notice, pair.ground)
    except InputError as error:
        raise of_input(InputError(error.text, field="body.zone_sha256")) from None


def _content(session: Session, sha256: str, field: str) -> bytes:
    kind = "notice" if field == "notice_sha256" else "zone"
    row = stored.facts_of(session, sha256)
    if row is None or row.kind != kind:
        text = Text(f"没有这个文件：{sha256}", f"there is no such {kind}: {sha256}")
        raise Problem(422, "unknown_document", text, errors=[(f"body.{field}", text)])
    return row.content


def seed(store: Store, notices: tuple[str, ...]) -> None:
    """Put the notices of the settings in force in a new store; a store that has some is left as it is."""
    with store.read() as session:
        if not stored.is_empty(session):
            return
    with store.write() as session:
        stored.wait_for_turn(session)
        if not stored.is_empty(session):
            return
        for pair in _named(notices):
            sha256 = keep_notice(session, PROGRAM, pair.text, pair.notice)
            zone = None if pair.ground is None else keep_zone(session, PROGRAM, pair.ground.zone)
            row = Enactment(
                id=new_id(),
                notice=pair.notice.id,
                notice_sha256=sha256,
                zone_sha256=zone,
                since=_OLDEST,
                why="TRUCKBAN_NOTICES",
                made_by=PROGRAM.id,
                made_at=now(),
                version=1,
            )
            session.add(row)
            note(session, PROGRAM, "law.enact", f"enactment:{row.id}", details={"notice": sha256, "zone": zone})


def _named(notices: tuple[str, ...]) -> Iterator[Pair]:
    for name in notices:
        yield from pairs_named(name)


def changeable(session: Session, id_: str) -> Enactment:
    """Return a pair that is about to be changed; nobody else changes any until the transaction ends.

    Raises:
        Problem: 404 where there is none.
    """
    stored.wait_for_turn(session)
    return stored.enactment(session, id_, changing=True) or not_found()
