"""The pages are there, in both languages, for whom the tables let in."""

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
