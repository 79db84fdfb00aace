"""Notices as people and programs read them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from truckban.notices.load import builtin_notice, builtin_text, notice_of


def test_a_notice_is_shown_clause_by_clause_with_its_source_and_dates(reader: TestClient) -> None:
    shown = reader.get("/v1/notices/linyi-2023-5").json()
    pack = builtin_notice("linyi-2023-5").pack
    assert [(each["id"], each["text"]) for each in shown["clauses"]] == [(c.id, c.text) for c in pack.clauses]
    assert shown["dates"] == {
        "issued": "2023-04-23",
        "published": "2023-04-23",
        "in_force": "2023-03-01",
        "enforceable": None,
        "end": None,
    }
    assert shown["source"]["title"] == "临猗县人民政府公报 2023年第2期"
    assert shown["zone"]["grade"] == "schematic"
    assert shown["data"]["format"] == "truckban-notice-1"


def test_the_data_of_a_notice_is_the_notice(reader: TestClient) -> None:
    from truckban.notices.model import NoticePack  # noqa: PLC0415

    shown = reader.get("/v1/notices/linyi-2023-5").json()
    assert NoticePack.model_validate(shown["data"]) == builtin_notice("linyi-2023-5").pack


def test_questions_are_in_the_callers_language_and_clauses_as_published(reader: TestClient) -> None:
    zh, en = (reader.get(f"/v1/notices/linyi-2023-5?lang={lang}").json() for lang in ("zh", "en"))
    assert zh["clauses"] == en["clauses"]
    assert zh["questions"][0]["ask"] != en["questions"][0]["ask"]


def test_who_has_a_notice_is_not_sent_it_again(reader: TestClient) -> None:
    first = reader.get("/v1/notices/linyi-2023-5")
    again = reader.get("/v1/notices/linyi-2023-5", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = reader.get("/v1/notices/linyi-2023-5?lang=en", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_there_is_no_notice_of_another_name(reader: TestClient) -> None:
    given = reader.get("/v1/notices/nowhere")
    assert (given.status_code, given.headers["content-type"]) == (404, "application/problem+json")


def test_of_notices_that_take_over_from_each_other_one_answers_for_a_day(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    text = builtin_text("linyi-2023-5").decode()
    later = (
        text.replace("id: linyi-2023-5\n", "id: linyi-2025-1\nreplaces: [linyi-2023-5]\n")
        .replace("issued: 2023-04-23", "issued: 2025-01-10")
        .replace("published: 2023-04-23", "published: 2025-01-10")
        .replace("in_force: 2023-03-01", "in_force: 2025-02-01")
    )
    assert notice_of(later.encode()).id == "linyi-2025-1"
    sha256 = admin.post("/v1/documents?kind=notice", content=later.encode()).json()["sha256"]
    assert admin.post("/v1/in-force", json={"notice_sha256": sha256, "why": "新通告"}).status_code == 201

    def ids(query: str = "") -> list[str]:
        return [each["id"] for each in admin.get(f"/v1/notices{query}").json()["notices"]]

    assert ids() == ["linyi-2023-5", "linyi-2025-1"]
    assert ids("?on=2025-01-31") == ["linyi-2023-5"]
    assert ids("?on=2025-02-01") == ["linyi-2025-1"]
    page = admin.get("/v1/notices?limit=1").json()
    assert [each["id"] for each in page["notices"]] == ["linyi-2023-5"]
    assert ids(f"?limit=1&cursor={page['next']}") == ["linyi-2025-1"]
    case = {"vehicle": {}, "at": "2025-02-01T10:00:00+08:00", "place": {"zone": "inside"}}
    assert admin.post("/v1/decide", json=case).json()["notice"] == "linyi-2025-1"
    assert admin.post("/v1/decide", json={**case, "at": "2025-01-31T10:00:00+08:00"}).json()["notice"] == "linyi-2023-5"


@pytest.mark.parametrize("query", ["on=soon", "limit=0", "limit=501", "cursor=%00", "cursor=AAAA", "on=2024-13-01"])
def test_what_cannot_be_asked_is_refused_with_its_field(reader: TestClient, query: str) -> None:
    given = reader.get(f"/v1/notices?{query}")
    assert given.status_code == 422
    assert given.json()["errors"][0]["field"] == f"query.{query.partition('=')[0]}"


def test_notices_of_a_folder_are_in_force_together(tmp_path: Path) -> None:
    from api.law import Law  # noqa: PLC0415

    (tmp_path / "a.yaml").write_bytes(builtin_text("linyi-2023-5"))
    law = Law([str(tmp_path)])
    assert law.ids == ("linyi-2023-5",)
    assert law.first == "linyi-2023-5"
