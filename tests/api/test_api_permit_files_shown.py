"""Files of an application shown in a page: by this service alone, with nothing in them that runs."""

from collections.abc import Callable

import pytest
from applying import done, drafted
from fastapi.testclient import TestClient
from test_api_permit_files import JPEG, PDF, PNG, send

Clients = Callable[..., TestClient]


@pytest.mark.parametrize(("content", "name"), [(PDF, "合同.pdf"), (PNG, "证.png"), (JPEG, "证.jpg")])
def test_what_is_shown_runs_nothing_and_is_framed_by_nobody_else(signed_in: Clients, content: bytes, name: str) -> None:
    driver = signed_in("driver")
    path = send(driver, drafted(driver), content, name).headers["location"]
    shown = driver.get(path, params={"show": "true"})
    assert shown.content == content
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'self'"
    assert shown.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    # a download is as strict as ever
    plain = driver.get(path)
    assert plain.headers["content-disposition"].startswith("attachment; ")
    assert plain.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert plain.headers.get_list("x-frame-options") == ["DENY"]


def test_showing_is_a_look_that_is_recorded_and_for_nobody_else(signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    path = send(driver, id_).headers["location"] + "?show=true"
    assert signed_in("reviewer").get(path).status_code == 404, "a draft is its applicant's"
    done(driver, id_, "submit")
    for role in ("officer", "admin"):
        assert signed_in(role).get(path).status_code == 403
    assert signed_in("driver", "d2").get(path).status_code == 404
    assert signed_in("reviewer").get(path).status_code == 200
    items = signed_in("auditor").get("/v1/audit").json()["items"]
    looks = [each["details"]["shown"] for each in items if each["action"] == "attachment.look"]
    assert looks == [True]
