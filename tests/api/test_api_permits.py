"""Applications for permits: who may do what with them, in which state, and what is left of the time."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from applying import HERE, day, done, drafted, form, granted, step, submitted, vehicle
from fastapi.testclient import TestClient

from api.permits import service
from api.store.audit import verify
from api.store.database import Store
from api.store.tables.permits import Permit, PermitEvent

Clients = Callable[..., TestClient]


def code(answer: Any) -> tuple[int, str]:  # noqa: ANN401
    return answer.status_code, answer.json()["code"]


def test_the_way_of_an_application_from_draft_to_permit(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = drafted(driver)
    whole = driver.get(f"/v1/permits/{id_}").json()
    assert (whole["state"], whole["missing"], whole["possible"]) == ("draft", [], ["submit", "withdraw"])
    handed = done(driver, id_, "submit")
    assert handed["state"] == "submitted"
    assert handed["due_at"] is not None
    done(reviewer, id_, "return", codes=["attachment"], reason="请补行驶证")
    assert driver.get(f"/v1/permits/{id_}").json()["clock"]["paused"] is True
    done(driver, id_, "submit", reason="已补")
    told = done(reviewer, id_, "approve", windows=["22:00-06:00"], conditions=["限速 40"])
    assert (told["state"], told["permit_no"]) == ("approved", f"{dt.datetime.now(HERE).year}-000001")
    whole = driver.get(f"/v1/permits/{id_}").json()
    assert whole["approval"]["windows"] == ["22:00-06:00"]
    assert whole["approval"]["conditions"] == ["限速 40"]
    assert whole["clock"]["decided"] is True
    steps = driver.get(f"/v1/permits/{id_}/history").json()["events"]
    assert [(each["action"], each["by"]) for each in steps] == [
        ("submit", "driver-1"), ("return", "reviewer"), ("submit", "driver-1"), ("approve", "reviewer"),
    ]  # fmt: skip
    assert steps[1]["codes"] == ["attachment"]
    assert reviewer.get(f"/v1/permits/{id_}/history").json()["events"][3]["by"] == "reviewer-1"
    done(reviewer, id_, "suspend", reason="道路塌陷")
    done(reviewer, id_, "resume", reason="已修复")
    assert done(reviewer, id_, "revoke", reason="转借他人")["state"] == "revoked"
    assert code(step(reviewer, id_, "resume", reason="x")) == (409, "step.not_from_here")
    with store.read() as session:
        assert verify(session).fault is None


def test_a_draft_is_nobody_elses_business(signed_in: Clients) -> None:
    driver = signed_in("driver", "d1")
    id_ = drafted(driver, goods=None)
    for role in ("reviewer", "officer", "auditor", "admin", "driver", "enterprise"):
        other = signed_in(role, f"{role}-9")
        assert other.get(f"/v1/permits/{id_}").status_code == 404, role
        assert other.get("/v1/permits").json()["permits"] == [], role
    assert code(step(driver, id_, "submit")) == (422, "incomplete")
    fields = [each["field"] for each in step(driver, id_, "submit").json()["errors"]]
    assert fields == ["application.goods"]


def test_somebody_elses_application_does_not_exist_for_any_route(signed_in: Clients) -> None:
    driver, other = signed_in("driver", "d1"), signed_in("driver", "d2")
    id_ = granted(driver, signed_in("reviewer"))
    for path in ("", "/history", "/certificate", "/qr.svg", "/page"):
        assert other.get(f"/v1/permits/{id_}{path}").status_code == 404, path
    assert other.put(f"/v1/permits/{id_}", json={}, headers={"if-match": "*"}).status_code == 404
    for action in ("submit", "withdraw", "copy"):
        assert step(other, id_, action).status_code == 404, action
    for action in ("approve", "refuse", "revoke", "suspend", "resume", "return"):
        assert step(other, id_, action, reason="x", codes=["other"]).status_code == 403, action
    assert other.get("/v1/permits/mine").json()["permits"] == []


def test_a_colleague_of_the_enterprise_goes_on_with_it(signed_in: Clients) -> None:
    id_ = drafted(signed_in("enterprise", "e1", enterprise_id="E-1"))
    colleague = signed_in("enterprise", "e2", enterprise_id="E-1")
    assert colleague.get(f"/v1/permits/{id_}").json()["possible"] == ["submit", "withdraw"]
    assert done(colleague, id_, "submit")["state"] == "submitted"
    assert step(signed_in("enterprise", "e3", enterprise_id="E-2"), id_, "withdraw").status_code == 404


def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told(signed_in: Clients, store: Store) -> None:
    id_ = submitted(signed_in("driver"))
    first, second = signed_in("reviewer", "r1"), signed_in("reviewer", "r2")
    tag = first.get(f"/v1/permits/{id_}").headers["etag"]
    answers: list[int] = []

    def decide(client: TestClient, action: str, **body: Any) -> None:  # noqa: ANN401
        answers.append(step(client, id_, action, tag, **body).status_code)

    threads = [
        threading.Thread(target=decide, args=(first, "approve")),
        threading.Thread(target=decide, args=(second, "refuse"), kwargs={"reason": "夜间可行"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412]
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PermitEvent)) == 2
        assert verify(session).fault is None


def test_a_decision_after_a_withdrawal_is_refused(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver)
    tag = reviewer.get(f"/v1/permits/{id_}").headers["etag"]
    done(driver, id_, "withdraw")
    assert code(step(reviewer, id_, "approve", tag)) == (412, "changed_meanwhile")
    assert code(step(reviewer, id_, "approve")) == (409, "step.not_from_here")
    assert code(step(reviewer, id_, "refuse", reason="x")) == (409, "step.not_from_here")
    assert step(reviewer, id_, "approve", "").status_code == 412
    assert reviewer.post(f"/v1/permits/{id_}/approve", json={}).status_code == 428


def test_nobody_decides_an_application_of_his_own(signed_in: Clients) -> None:
    id_ = submitted(signed_in("driver", "both"))
    for action, body in (("approve", {}), ("refuse", {"reason": "x"}), ("return", {"reason": "x", "codes": ["other"]})):
        given = step(signed_in("reviewer", "both"), id_, action, **body)
        assert code(given) == (403, "step.own_application")
    colleague = submitted(signed_in("enterprise", "e1", enterprise_id="E-1"))
    given = step(signed_in("reviewer", "r", enterprise_id="E-1"), colleague, "approve")
    assert code(given) == (403, "step.own_application")


@pytest.mark.parametrize("role", ["driver", "enterprise", "officer", "auditor", "admin"])
def test_only_reviewers_decide(signed_in: Clients, role: str) -> None:
    id_ = submitted(signed_in("driver"))
    assert step(signed_in(role, "other"), id_, "approve").status_code == 403


def test_what_is_with_the_office_cannot_be_changed(signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = submitted(driver)
    given = driver.put(f"/v1/permits/{id_}", json=form(goods="别的"), headers={"if-match": "*"})
    assert code(given) == (409, "not_changeable")


def test_saving_needs_the_state_that_was_seen(signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    tag = driver.get(f"/v1/permits/{id_}").headers["etag"]
    path = f"/v1/permits/{id_}"
    assert driver.put(path, json=form()).status_code == 428
    assert driver.put(path, json=form(goods="砂石"), headers={"if-match": tag}).status_code == 200
    assert driver.put(path, json=form(goods="钢材"), headers={"if-match": tag}).status_code == 412
    assert driver.get(path).json()["application"]["goods"] == "砂石"
    assert driver.put(path, json={}, headers={"if-match": "*"}).status_code == 200
    assert driver.get(path).json()["application"] == {}


def test_the_same_key_makes_one_draft_and_keeps_nothing_personal(signed_in: Clients) -> None:
    driver = signed_in("driver")
    answers = [driver.post("/v1/permits", json=form(), headers={"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert "晋M" not in answers[0].text
    assert "张三丰" not in answers[0].text
    assert len(driver.get("/v1/permits").json()["permits"]) == 1
    other = driver.post("/v1/permits", json=form(goods="别的"), headers={"idempotency-key": "k"})
    assert code(other) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"goods": ""}, "body.goods"),
        ({"nonsense": 1}, "body.nonsense"),
        ({"vehicles": [{"vehicle_type": "H22"}]}, "body.vehicles[0].plate"),
        ({"vehicles": [vehicle("晋M12345"), vehicle("晋m 12345")]}, "body.vehicles[1].plate"),
        ({"vehicles": [vehicle(f"晋M1234{number}") for number in range(6)]}, "body.vehicles"),
        ({"days": {"from": "2030-05-02", "to": "2030-05-01"}}, "body.days"),
        ({"days": {"from": "9999-12-30", "to": "9999-12-31"}}, "body.days"),
        ({"windows": ["22:00-06:00", "05:00-07:00"]}, "body.windows"),
        ({"route": {"roads": ["五一路"], "whole_zone": True}}, "body.route"),
        ({"route": {"area": {"type": "Polygon", "coordinates": []}}}, "body.route.area"),
        ({"goods": "a\0b"}, "body.goods"),
        ({"goods": "\ud800"}, None),
        ({"vehicles": [vehicle("晋M12345", note={"x": "\0"})]}, "body.vehicles.note.x"),
        ({"vehicles": [vehicle("晋M12345", length_mm=10**400)]}, "body.vehicles.length_mm"),
        ([], "body"),
        ("x", "body"),
        (None, "body"),
    ],
    ids=str,
)
def test_a_draft_may_lack_anything_but_what_it_says_is_possible(
    unchanged: Clients,
    body: Any,  # noqa: ANN401
    field: str | None,
) -> None:
    driver = unchanged("driver")
    given = driver.post("/v1/permits", content=json.dumps(body), headers={"content-type": "application/json"})
    assert given.status_code in ((422,) if field else (400, 422)), given.text
    if field:
        assert given.json()["errors"][0]["field"] == field
    deep = '{"route":{"area":' + '{"a":' * 3000 + "1" + "}" * 3002
    assert driver.post("/v1/permits", content=deep).status_code in (400, 422)
    assert driver.post("/v1/permits", content="{").status_code == 400
    assert driver.post("/v1/permits", content="{}", headers={"content-type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notice": "nowhere-1"}, "application.notice"),
        ({"days": {"from": day(0), "to": day(366)}}, "application.days"),
        ({"days": {"from": day(-1), "to": day(3)}}, "application.days.from"),
        ({"days": {"from": day(-1), "to": day(3)}, "retroactive": {"reason": "抢险"}}, "application.retroactive"),
    ],
    ids=["no such notice", "too long", "in the past", "afterwards without ground"],
)
def test_what_the_notice_does_not_allow_is_not_handed_in(
    signed_in: Clients, changes: dict[str, Any], field: str
) -> None:
    driver = signed_in("driver")
    given = step(driver, drafted(driver, **changes), "submit")
    assert code(given) == (422, "not_allowed")
    assert field in [each["field"] for each in given.json()["errors"]]


def test_where_a_notice_allows_it_a_permit_is_registered_afterwards_and_says_so(
    signed_in: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    from truckban.permitting import limits  # noqa: PLC0415

    table = json.loads(json.dumps(limits._table()))  # noqa: SLF001  (the data file of an authority that allows it)
    own = {**table["default"]["retroactive_days"], "value": 3, "assumption": False}
    table["notices"]["linyi-2023-5"] = {"retroactive_days": own}
    monkeypatch.setattr(limits, "_table", lambda: table)
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    late = {"days": {"from": day(-2), "to": day(-1)}, "retroactive": {"reason": "夜间抢修供水管"}}
    id_ = granted(driver, reviewer, **late)
    whole = driver.get(f"/v1/permits/{id_}").json()
    assert (whole["state"], whole["retroactive"]) == ("expired", True)
    then = dt.datetime.now(HERE) - dt.timedelta(days=1)
    found = reviewer.get("/v1/permits/in-force", params={"at": then.isoformat()}).json()["permits"]
    assert [each["retroactive"] for each in found] == [True]
    too_late = {**late, "days": {"from": day(-4), "to": day(-1)}}
    assert code(step(driver, drafted(driver, **too_late), "submit")) == (422, "not_allowed")
    assert (
        driver.get(f"/v1/permits/{driver.post(f'/v1/permits/{id_}/copy').json()['id']}").json()["retroactive"] is False
    )


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"route": {"whole_zone": True}}, "body.route"),
        ({"route": {"roads": ["东环路"]}}, "body.route"),
        ({"days": {"from": day(0), "to": day(21)}}, "body.days"),
        ({"days": {"from": day(-1), "to": day(2)}}, "body.days.from"),
        ({"windows": ["21:00-06:00"]}, "body.windows"),
        ({"route": {"roads": ["x\0"]}}, None),
        ({"assessment_id": "0" * 26}, "body.assessment_id"),
        ({"days": {"from": "5/6", "to": "x"}}, None),
    ],
    ids=str,
)
def test_never_more_is_granted_than_was_asked(signed_in: Clients, wanted: dict[str, Any], field: str | None) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver, windows=["22:00-06:00"])
    given = step(reviewer, id_, "approve", **wanted)
    assert given.status_code == 422, given.text
    if field:
        assert given.json()["errors"][0]["field"] == field
    whole = reviewer.get(f"/v1/permits/{id_}").json()
    assert (whole["state"], whole["permit_no"], whole["approval"]) == ("submitted", None, None)
    assert done(reviewer, id_, "approve")["permit_no"].endswith("-000001")


def test_a_number_is_given_once(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    granted(driver, reviewer, approval={"permit_no": "LY-7"})
    given = step(reviewer, submitted(driver), "approve", permit_no="LY-7")
    assert code(given) == (409, "number_taken")


@pytest.mark.parametrize(
    ("name", "given", "zh", "en"),
    [
        ("id_no", "123", "18 位", "18 characters"),
        ("id_no", "440524188001010041", "校验码", "does not check"),
        ("id_no", "9" * 40, "32", "32"),
        ("phone", "abc", "电话号码", "telephone number"),
        ("phone", 13900000000, "文字", "text"),
    ],
)
def test_a_holder_of_whom_something_cannot_be_is_refused_and_not_repeated(
    signed_in: Clients, name: str, given: str | int, zh: str, en: str
) -> None:
    """Both were stored as they came."""
    driver = signed_in("driver")
    whole = form()
    whole["holder"] = {**whole["holder"], name: given}
    for lang, said in (("zh", zh), ("en", en)):
        told = driver.post(f"/v1/permits?lang={lang}", json=whole)
        assert (told.status_code, told.json()["errors"][0]["field"]) == (422, f"body.holder.{name}"), told.text
        assert said in told.json()["title"]
        assert str(given) not in told.text
    assert driver.get("/v1/permits").json()["permits"] == []
    # what is not known yet is no fault of a draft, and none of an application
    whole["holder"] = {"kind": "person", "name": "张三丰"}
    made = driver.post("/v1/permits", json=whole)
    assert made.status_code == 201
    address = f"/v1/permits/{made.json()['id']}"
    whole["holder"] = {**whole["holder"], name: given}
    assert driver.put(address, json=whole, headers={"if-match": "*"}).status_code == 422
    done(driver, made.json()["id"], "submit")


def test_personal_data_of_the_holder_is_for_who_decides(signed_in: Clients) -> None:
    id_ = submitted(signed_in("driver"))
    assert "440524188001010014" in signed_in("driver").get(f"/v1/permits/{id_}").text
    assert "440524188001010014" in signed_in("reviewer").get(f"/v1/permits/{id_}").text
    for role in ("officer", "auditor", "admin"):
        shown = signed_in(role).get(f"/v1/permits/{id_}").text
        assert "440524188001010014" not in shown, role
        assert "13900000000" not in shown, role
    for text in (signed_in("admin").get(f"/v1/permits/{id_}").text, signed_in("admin").get("/v1/permits").text):
        assert "晋M12345" not in text
        assert "张三丰" not in text
    assert signed_in("admin").get("/v1/permits?plate=晋M12345").status_code == 403
    trail = signed_in("auditor").get("/v1/audit").text
    assert "12345" not in trail.replace("142700", "")
    assert "张三丰" not in trail


def test_lists_are_filtered_sorted_and_paged(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    ids = [submitted(driver, sponsor=f"局{number % 2}", vehicles=[vehicle(f"晋M2000{number}")]) for number in range(5)]
    done(reviewer, ids[0], "approve")
    with store.write() as session:
        row = session.get_one(Permit, ids[3])
        row.due_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)

    def listed(query: str) -> list[str]:
        found: list[str] = []
        following = ""
        while True:
            given = reviewer.get(f"/v1/permits?limit=2&{query}{following}")
            assert given.status_code == 200, given.text
            found += [each["id"] for each in given.json()["permits"]]
            if given.json()["next"] is None:
                return found
            following = f"&cursor={given.json()['next']}"

    assert listed("") == ids[::-1]
    assert listed("sort=due") == [ids[3], ids[1], ids[2], ids[4]]
    assert listed("state=approved") == [ids[0]]
    assert listed("overdue=true") == [ids[3]]
    assert listed("overdue=false&state=submitted") == [ids[4], ids[2], ids[1]]
    assert listed("sponsor=局1") == [ids[3], ids[1]]
    assert listed("plate=晋M20002") == [ids[2]]
    assert listed("notice=other") == []
    cursor = reviewer.get("/v1/permits?limit=1").json()["next"]
    assert reviewer.get(f"/v1/permits?sort=due&cursor={cursor}").status_code == 422
    with store.write() as session:
        row = session.get_one(Permit, ids[0])
        row.ends_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    assert listed("state=approved") == []
    assert listed("state=expired") == [ids[0]]
    assert reviewer.get(f"/v1/permits/{ids[0]}").json()["state"] == "expired"
    assert code(step(reviewer, ids[0], "revoke", reason="x")) == (409, "step.over")


def test_what_breaks_half_way_leaves_nothing(signed_in: Clients, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(service, "note", broken)
        with pytest.raises(RuntimeError):
            step(reviewer, id_, "approve")
    whole = reviewer.get(f"/v1/permits/{id_}").json()
    assert (whole["state"], whole["version"], whole["permit_no"]) == ("submitted", 2, None)
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PermitEvent)) == 1
        assert verify(session).fault is None
    assert done(reviewer, id_, "approve")["permit_no"].endswith("-000001")


def test_a_copy_is_a_new_draft(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver)
    done(reviewer, id_, "refuse", reason="日期不对")
    copied = driver.post(f"/v1/permits/{id_}/copy")
    assert copied.status_code == 201
    whole = driver.get(copied.headers["location"]).json()
    assert (whole["state"], whole["copied_from"]) == ("draft", id_)
    assert whole["application"] == driver.get(f"/v1/permits/{id_}").json()["application"]
