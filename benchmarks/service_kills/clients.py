"""The clients: who uploads, who decides on leads, who applies for permits and who grants them, who has traces checked."""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from service_kills.asking import Answer, Asking, Broken
from service_kills.kept import KeptLead, KeptPermit, KeptRun, KeptUpload

PIECE = "application/offset+octet-stream"
WHY = "故障试验 fault trial"
_LARGEST = 300_000
_POLL_S = 0.3
_AGAIN_SHARE = 0.1
OVER = ("done", "failed", "cancelled")


class Client(threading.Thread):
    """Does one thing after another until it is told to end; what it has begun it ends.

    Args:
        name: of the thread.
        ends: set when no more is to be begun.
        chance: its own.
    """

    def __init__(self, name: str, ends: threading.Event, chance: random.Random) -> None:
        """Begin with nothing."""
        super().__init__(name=name, daemon=True)
        self.ends, self.chance = ends, chance
        self.died: BaseException | None = None

    def run(self) -> None:
        """Go on until the end."""
        try:
            while not self.ends.is_set():
                self.one()
                self.ends.wait(self.chance.uniform(0.0, 0.1))
        except BaseException as error:  # noqa: BLE001  (told at the end)
            self.died = error

    def one(self) -> None:
        """Do one thing."""
        raise NotImplementedError


def send_file(asking: Asking, kind: str, data: bytes, pieces: Callable[[], int]) -> str | None:
    """Upload a file in pieces; return its id, or None where something was wrong with it, which is noted."""
    kept = KeptUpload(data)
    asked = {"kind": kind, "file_name": f"{kind}.csv", "size": len(data), "sha256": kept.sha256, "why": WHY}
    made, headers = asking.post("upload.create", "/v1/traces/uploads", asked)
    if not made.ok:
        return None
    id_ = str(made.body["id"])
    asking.kept.note("uploads", id_, kept)
    if pieces() % 10 == 0:
        asking.same("upload.create again", "/v1/traces/uploads", asked, headers, made)
    path, offset = f"/v1/traces/uploads/{id_}", 0
    while offset < len(data):
        piece = data[offset : offset + pieces()]
        offset = _piece(asking, path, piece, offset)
        if offset < 0:
            return None
        kept = replace(kept, offset=offset)
        asking.kept.note("uploads", id_, kept)
    while True:
        shown = asking.insist("upload.get", "GET", path)
        if shown.ok and shown.body["state"] == "checking":
            time.sleep(_POLL_S)
            continue
        break
    if not shown.ok or (shown.body["state"], shown.body["sha256"]) != ("complete", kept.sha256):
        asking.kept.fault(f"upload {id_}: {shown.status} {shown.body}")
        return None
    asking.kept.note("uploads", id_, replace(kept, state="complete"))
    return id_


def _piece(asking: Asking, path: str, piece: bytes, offset: int) -> int:
    """Send a piece; return where the file goes on, or -1 where something is wrong."""
    label = f"piece {offset}+{len(piece)}"
    try:
        answer = asking.once(label, "PATCH", path, piece, Content_Type=PIECE, Upload_Offset=str(offset))
    except Broken:
        asking.again += 1
        where = asking.insist("upload.offset", "HEAD", path)
        there = int(where.headers.get("upload-offset", -1))
        # what came of it may be kept, as far as it came; what was acknowledged before must be
        if not offset <= there <= offset + len(piece):
            asking.kept.fault(f"{path}: {label} broke off; the service goes on at {there}, status {where.status}")
            return -1
        return there
    there = int(answer.headers.get("upload-offset", -1))
    if answer.status != 204 or there != offset + len(piece):  # noqa: PLR2004  (of HTTP)
        asking.kept.fault(f"{path}: {label}: {answer.status} {answer.body}, offset {there}")
        return -1
    asking.moments.reached("answered", label)
    return there


class Uploader(Client):
    """Sends files of traces that nobody checks; now and then gives one up half-way."""

    def __init__(self, asking: Asking, *more: Any) -> None:  # noqa: ANN401
        """Begin with nothing."""
        super().__init__(*more)
        self.asking = asking

    def one(self) -> None:
        """Send a file."""
        line = f"T{self.chance.randrange(10**6)},2024-05-08T10:00:00+08:00,110.765000,35.140000\n".encode()
        data = b"vehicle_id,time,lon,lat\n" + line * (self.chance.randrange(2000, _LARGEST) // len(line))
        send_file(self.asking, "traces", data, lambda: self.chance.randrange(5_000, 80_000))


class Runner(Client):
    """Has one simulated day checked again and again, each time of other vehicles."""

    def __init__(self, asking: Asking, day: Mapping[str, bytes], *more: Any) -> None:  # noqa: ANN401
        """Begin with nothing."""
        super().__init__(*more)
        self.asking, self.day = asking, day
        self.number = 0

    def one(self) -> None:
        """Have it checked."""
        self.number += 1
        tag = f"R{self.number:03d}-"
        ids = [
            send_file(self.asking, kind, retagged(self.day[kind], tag), lambda: 1_000_000)
            for kind in ("traces", "vehicles")
        ]
        if None in ids:
            return
        made, headers = self.asking.post("run.create", "/v1/traces/runs", asked := {"uploads": ids, "why": WHY})
        if not made.ok:
            return
        id_, run = str(made.body["id"]), KeptRun(tag)
        self.asking.kept.note("runs", id_, run)
        self.asking.same("run.create again", "/v1/traces/runs", asked, headers, made)
        while True:
            shown = self.asking.insist("run.get", "GET", f"/v1/traces/runs/{id_}")
            if shown.ok and shown.body["state"] in OVER:
                leads = (shown.body["counts"] or {}).get("leads")
                self.asking.kept.note("runs", id_, replace(run, state=shown.body["state"], leads=leads))
                return
            if not shown.ok:
                self.asking.kept.fault(f"run {id_}: {shown.status} {shown.body}")
                return
            if self.ends.is_set():
                return  # who started this waits for the jobs
            time.sleep(_POLL_S)


def retagged(table: bytes, tag: str) -> bytes:
    """Return a table with other vehicles' ids in its first column."""
    head, *lines = table.decode().splitlines(keepends=True)
    assert head.startswith("vehicle_id,")  # noqa: S101
    return (head + "".join(tag + line for line in lines)).encode()


class Officer(Client):
    """Decides on leads that are this officer's alone, and takes decisions back."""

    def __init__(self, asking: Asking, leads: Mapping[str, str], *more: Any) -> None:  # noqa: ANN401
        """Take some leads, each with its vehicle."""
        super().__init__(*more)
        self.asking, self.vehicles = asking, dict(leads)
        self.leads = {id_: KeptLead() for id_ in leads}
        self.tags: dict[str, str] = {}
        self.before: dict[str, list[tuple[str, str | None]]] = {id_: [] for id_ in leads}
        for id_, lead in self.leads.items():
            asking.kept.begin(id_, lead)

    def one(self) -> None:
        """Do something with a lead."""
        id_ = self.chance.choice(list(self.leads))
        lead = self.leads[id_]
        act, body, state, into = self._something(id_, lead)
        if id_ not in self.tags:
            shown = self.asking.insist("lead.get", "GET", f"/v1/leads/{id_}")
            self.tags[id_] = shown.headers.get("etag", "")
        path = f"/v1/leads/{id_}/{act}"
        answer, headers = self.asking.post(f"lead.{act}", path, body, match=self.tags[id_])
        if not answer.ok:
            del self.tags[id_]
            return
        if act == "undo":
            self.before[id_].pop()
        else:
            self.before[id_].append((lead.state, lead.merged_into))
        new = KeptLead(
            lead.version + 1, state, into, [*lead.acts, f"lead.{act}"], lead.confirmed + int(act == "confirm")
        )
        if (answer.body["version"], answer.body["state"], answer.body["merged_into"]) != (new.version, state, into):
            self.asking.kept.fault(f"{path}: {answer.body} is not {new}")
        self.leads[id_], self.tags[id_] = new, answer.headers["etag"]
        self.asking.kept.note("leads", id_, new)
        self.asking.moments.reached("answered", f"lead.{act}")
        if self.chance.random() < _AGAIN_SHARE:
            self.asking.same(f"lead.{act} again", path, body, headers, answer)

    def _something(self, id_: str, lead: KeptLead) -> tuple[str, dict[str, Any], str, str | None]:
        """Return an act that is possible, its body, and the state that it leads to."""
        if lead.state not in ("new", "assigned"):
            state, into = self.before[id_][-1]
            return "undo", {"why": WHY}, state, into
        others = [
            other
            for other, vehicle in self.vehicles.items()
            if other != id_ and vehicle == self.vehicles[id_] and self.leads[other].state not in ("merged", "dismissed")
        ]
        act = self.chance.choice(["confirm", "dismiss", "assign", *(["merge"] if others else [])])
        if act == "confirm":
            return act, {"why": WHY}, "confirmed", None
        if act == "dismiss":
            return act, {"code": "evidence", "why": WHY}, "dismissed", None
        if act == "assign":
            return act, {"assignee": "me"}, "assigned", None
        into = self.chance.choice(others)
        return act, {"into": into, "why": WHY}, "merged", into


class Applicant(Client):
    """Applies for permits, with a reviewer who decides: both sides of one application after another."""

    def __init__(self, applicant: Asking, reviewer: Asking, *more: Any) -> None:  # noqa: ANN401
        """Begin with nothing."""
        super().__init__(*more)
        self.applicant, self.reviewer = applicant, reviewer

    def one(self) -> None:
        """Take one application through steps until nothing more can be done, or enough was."""
        asked = application(self.chance)
        made, headers = self.applicant.post("permit.create", "/v1/permits", asked)
        if not made.ok:
            return
        id_ = str(made.body["id"])
        kept = KeptPermit(made.body["version"], made.body["state"], None, ["permit.create"])
        self.applicant.kept.note("permits", id_, kept)
        self.applicant.moments.reached("answered", "permit.create")
        if self.chance.random() < _AGAIN_SHARE:
            self.applicant.same("permit.create again", "/v1/permits", asked, headers, made)
        tag = made.headers["etag"]
        for _ in range(9):
            act, who, body = self._next(kept.state)
            if act == "end":
                return
            answer = (
                self._save(id_, kept, tag)
                if act == "save"
                else who.post(f"permit.{act}", f"/v1/permits/{id_}/{act}", body, match=tag)[0]
            )
            if answer is None or not answer.ok:
                return
            told = answer.body
            if told["version"] != kept.version + 1:
                who.kept.fault(f"permit {id_}: {act} led from {kept.version} to {told}")
            kept = KeptPermit(told["version"], told["state"], told["permit_no"], [*kept.acts, f"permit.{act}"])
            tag = answer.headers["etag"]
            who.kept.note("permits", id_, kept)
            who.moments.reached("answered", f"permit.{act}")

    def _next(self, state: str) -> tuple[str, Asking, dict[str, Any]]:
        one, other = self.applicant, self.reviewer
        why = {"reason": WHY}
        open_: list[tuple[str, Asking, dict[str, Any]]] = {
            "draft": [("save", one, {}), ("submit", one, {}), ("submit", one, {})],
            "submitted": [
                ("return", other, {"codes": ["unclear"], **why}),
                ("approve", other, {}),
                ("approve", other, {}),
            ],
            "returned": [("save", one, {}), ("submit", one, {})],
            "approved": [("suspend", other, why), ("suspend", other, why), ("revoke", other, why)],
            "suspended": [("resume", other, why), ("revoke", other, why)],
        }.get(state, [("end", one, {})])
        return self.chance.choice(open_)

    def _save(self, id_: str, kept: KeptPermit, tag: str) -> Answer | None:
        """Replace what is asked for; a change has no key, so that one has to look whether it was done."""
        try:
            answer = self.applicant.once(
                "permit.save", "PUT", f"/v1/permits/{id_}", application(self.chance), If_Match=tag
            )
        except Broken:
            self.applicant.again += 1
            shown = self.applicant.insist("permit.get", "GET", f"/v1/permits/{id_}")
            if shown.ok and shown.body["version"] == kept.version:
                return self._save(id_, kept, tag)
            if not shown.ok or shown.body["version"] != kept.version + 1:
                self.applicant.kept.fault(f"permit {id_} at version {kept.version} was saved once: {shown.body}")
                return None
            return shown
        if not answer.ok:
            self.applicant.kept.fault(f"permit.save {id_}: {answer.status} {answer.body}")
            return None
        return answer


def application(chance: random.Random) -> dict[str, Any]:
    """Return a complete application, of an invented holder."""
    # not today: a trial may go on beyond midnight, and what begins in the past is refused
    first = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(2)
    return {
        "notice": "linyi-2023-5",
        "holder": {"kind": "person", "name": "张三丰", "id_no": "440524188001010014", "phone": "13900000000"},
        "vehicles": [{"plate": f"晋M{chance.randrange(10_000, 100_000)}", "vehicle_type": "重型自卸货车"}],
        "goods": "商品混凝土",
        "purpose": "五一路工地浇筑",
        "route": {"roads": ["五一路", "北环路"]},
        "days": {"from": first.isoformat(), "to": (first + dt.timedelta(chance.randrange(1, 20))).isoformat()},
        "sponsor": "县住建局",
    }
