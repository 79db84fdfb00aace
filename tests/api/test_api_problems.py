"""Problems name what was sent, whatever was sent."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import routes_of
from api.bodies import EachOnce
from api.features import ROUTERS
from api.problems import MEDIA, Problem
from zones.text import Text

SignedIn = Callable[..., TestClient]


def test_a_name_that_is_half_a_character_stays_its_escape(local: Callable[..., FastAPI]) -> None:
    app = local()

    def refuse() -> None:
        text = Text("不认识 \ud800", "unknown: \ud800")
        raise Problem(422, "invalid", text, errors=[("body.\udfff", text)], more={"given": "🚛"})

    app.add_api_route("/refuses", refuse)
    with TestClient(app) as client:
        told = client.get("/refuses")
    assert (told.status_code, told.headers["content-type"]) == (422, MEDIA)
    assert (told.json()["title"], told.json()["given"]) == ("不认识 \ud800", "🚛")
    assert [each["field"] for each in told.json()["errors"]] == ["body.\udfff"]


def test_a_body_with_such_a_name_is_refused_and_breaks_nothing(signed_in: SignedIn) -> None:
    body = rb'{"lead_id": "x", "why": "y", "until": "2030-01-01T00:00:00Z", "\ud800": 1}'
    told = signed_in("officer").post("/v1/retention/holds", content=body, headers={"Content-Type": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (422, MEDIA)


@pytest.mark.parametrize("kind", ["notice", "zone"])
@pytest.mark.parametrize(
    "content",
    [rb'{"\ud800": 1}', rb'{"id": "\udfff"}', rb'{"\ud83d\ude9b": [{}]}', rb'{"id": "\u0000"}', rb'a: "\U00110000"'],
)
def test_a_document_with_escapes_of_no_character_is_refused(signed_in: SignedIn, kind: str, content: bytes) -> None:
    told: Any = signed_in("admin").post(f"/v1/documents?kind={kind}", content=content)
    assert (told.status_code, told.json()["code"]) == (422, f"invalid_{kind}")


_TWICE = b'{"vehicle": {}, "at": "2024-05-08T10:00:00Z", "why": "a", "why": "b"}'
_READ = {"/v1/decide", "/v1/decide/fixes", "/v1/trips", "/v1/permits", "/v1/vehicles/classify"}
"""Routes that read their bodies themselves."""


@pytest.mark.parametrize(
    ("role", "address"),
    [
        *[("driver", address) for address in sorted(_READ)],
        ("officer", "/v1/retention/holds"),
        ("officer", "/v1/leads/0123456789abcdef/dismiss"),
        ("reviewer", "/v1/permits/00000000000000000000000000/refuse"),
        ("admin", "/v1/accounts"),
    ],
)
def test_a_body_with_a_member_twice_is_refused_by_its_name(unchanged: SignedIn, role: str, address: str) -> None:
    """The last one was taken, and nobody told."""
    client = unchanged(role)
    for lang, said in (("zh", "why 写了不止一次"), ("en", "`why` is there more than once")):
        told = client.post(f"{address}?lang={lang}", content=_TWICE, headers={"Content-Type": "application/json"})
        assert (told.status_code, told.headers["content-type"]) == (400, MEDIA), told.text
        assert (told.json()["code"], told.json()["errors"][0]["field"]) == ("invalid_json", "body")
        assert said in told.json()["title"]


def test_every_route_with_a_model_for_its_body_reads_it_so() -> None:
    read = [route for route in routes_of(ROUTERS) if route.body_field is not None]
    assert len(read) > 30
    assert not [route.path for route in read if not isinstance(route, EachOnce)]
