"""The pages are there, in both languages, for whom the tables let in."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient


def test_the_form_to_sign_in_stands_in_both_languages(client: TestClient) -> None:
    assert "登录" in client.get("/signin").text
    english = client.get("/signin?lang=en").text
    assert "Sign in" in english
    assert "Sign in" in client.get("/signin").text, "the switch is remembered"


def test_an_unknown_page_is_said_as_a_page_to_a_person_and_as_a_problem_to_a_program(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/nowhere").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("role", "address", "zh", "en"),
    [
        ("officer", "/desk/leads/{}", "没有这条线索", "there is no such lead"),
        ("officer", "/desk/leads/{}/sheet.pdf", "没有这条线索", "there is no such lead"),
        ("reviewer", "/review/{}", "没有这份通行证申请", "there is no such application for a permit"),
        ("enterprise", "/apply/{}", "没有这份通行证申请", "there is no such application for a permit"),
        ("officer", "/enterprises/{}", "名单上没有这家企业", "there is no such enterprise on the list"),
    ],
)
def test_an_address_that_names_nothing_is_told_so_whatever_its_id_looks_like(
    unchanged: Callable[..., TestClient], role: str, address: str, zh: str, en: str
) -> None:
    """An id that cannot be one was answered with 422 and the pattern of ids."""
    reader = unchanged(role)
    for id_ in ("zzz", "0123456789abcdef", "0" * 26, "%E4%B8%AD", "%00", "a" * 300):
        for lang, said in (("zh", zh), ("en", en)):
            page = reader.get(address.format(id_), params={"lang": lang}, headers={"accept": "text/html"})
            assert page.status_code == 404, (id_, page.text[:200])
            assert page.headers["content-type"].startswith("text/html")
            assert said in page.text
        problem = reader.get(address.format(id_))
        assert problem.status_code == 404
        assert problem.json()["code"] == "not_found"
