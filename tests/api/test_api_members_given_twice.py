"""Files handed to the service that have a member twice: refused by its name, like the same files at the shell."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from zones import load_builtin

Clients = Callable[..., TestClient]


def test_a_zone_is_refused(signed_in: Clients) -> None:
    admin = signed_in("admin")
    text = load_builtin("linyi-schematic").text.replace('"grade":', '"grade": "survey", "grade":', 1)
    found = admin.post("/v1/documents?kind=zone", content=text.encode())
    assert (found.status_code, found.json()["errors"][0]["field"]) == (422, "grade")
    assert "不止一次" in found.json()["errors"][0]["message"]
