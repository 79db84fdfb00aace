"""The registry: read as of a day, matched, changed only as it was shown, and never losing what it was."""

import datetime as dt
import io
import json
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from freight import CSV, FIRST, POINT, WHY, etag, import_sites, preview, take_in

from api.law import Law
from api.settings import Settings
from api.store.audit import verify
from api.store.database import Store
from api.store.tables.audit import AuditEntry
from api.store.tables.enterprises import RegistryVersion
from enterprises.registry_file import builtin_registry, parse_registry, written

Clients = Callable[..., TestClient]


def test_the_list_of_a_day_is_the_published_one_and_before_it_there_is_none(signed_in: Clients) -> None:
    client = signed_in("driver")
    told = client.get("/v1/enterprises", params={"on": "2024-05-08"}).json()
    assert [one["number"] for one in told["enterprises"]] == list(range(1, 25))
    assert (told["list"], told["total"], told["invented"]) == ("linyi-2023-18", 24, False)
    assert sum(kind["count"] for kind in told["kinds"]) == 24
    assert told["enterprises"][0]["name"] == "临猗汇鑫商砼有限公司"
    before = client.get("/v1/enterprises", params={"on": "2023-05-24"}).json()
    assert (before["enterprises"], before["list"]) == ([], None)
    assert client.get("/v1/enterprises", params={"on": "2023-05-25"}).json()["total"] == 24


def test_a_list_comes_in_pages_that_leave_nothing_out(signed_in: Clients) -> None:
    client = signed_in("officer")
    seen, cursor = [], None
    while True:
        page = client.get("/v1/enterprises", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["number"] for one in page["enterprises"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == list(range(1, 25))
    kinds = client.get("/v1/enterprises").json()["kinds"]
    some = client.get("/v1/enterprises", params={"kind": kinds[0]["kind"]}).json()["enterprises"]
    assert len(some) == kinds[0]["count"]
    found = client.get("/v1/enterprises", params={"q": "汇鑫"}).json()["enterprises"]
    assert found
    assert all("汇鑫" in one["name"] for one in found)


def test_one_enterprise_has_its_history(signed_in: Clients) -> None:
    client = signed_in("enterprise", enterprise_id="linyi-2023-18-02")
    told = client.get(f"/v1/enterprises/{FIRST}").json()
    assert told["spans"] == [{"from": "2023-05-25", "to": None}]
    assert told["names"] == [{"from": "2023-05-25", "to": None, "name": "临猗汇鑫商砼有限公司"}]
    assert client.get("/v1/enterprises/nobody").status_code == 404


def test_a_name_is_matched_as_the_command_does(signed_in: Clients) -> None:
    client = signed_in("officer")
    one = client.post(
        "/v1/enterprises/match", json={"id": 7, "name": "临猗县汇鑫商砼有限公司", "on": "2024-05-08"}
    ).json()
    assert (one["id"], one["enterprise"], one["listed"]) == (7, FIRST, True)
    several = client.post(
        "/v1/enterprises/match", json=[{"name": "临猗汇鑫商砼有限公司"}, {"id": "x", "name": ""}]
    ).json()
    assert several[0]["enterprise"] == FIRST
    assert several[1]["id"] == "x"
    assert several[1]["error"]["line"] == 2
    assert client.post("/v1/enterprises/match", json={"name": "a", "on": "morgen"}).status_code == 422
    assert client.post("/v1/enterprises/match", content=b'{"name": "\\ud800"}').status_code == 422


def test_a_shipper_is_held_against_the_lists(signed_in: Clients) -> None:
    client = signed_in("driver")
    told = client.get("/v1/enterprises/shippers", params={"name": "临猗汇鑫商砼有限公司", "on": "2024-05-08"}).json()
    assert (told["status"], told["enterprise"]) == ("listed", FIRST)
    told = client.get("/v1/enterprises/shippers", params={"name": "临猗汇鑫商砼有限公司", "on": "2020-01-01"}).json()
    assert told["status"] == "no_list_known"
    bad = client.get("/v1/enterprises/shippers", params={"name": "a", "on": "2999-12-31", "to": "2000-01-01"})
    assert bad.status_code == 422


def test_a_preview_writes_nothing_and_is_confirmed_as_it_was_seen(signed_in: Clients, store: Store) -> None:
    client = signed_in("reviewer")
    shown = preview(client).json()
    assert shown["change"]["added"] == ["临猗新来建材有限公司"]
    assert len(shown["change"]["removed"]) == 23
    assert shown["change"]["unchanged"] == 1
    assert client.get("/v1/enterprises/registry").json()["version"] == 1

    wrong = take_in(client, "0" * 64)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "preview_differs")
    assert take_in(client, shown["token"], content=CSV + "再来一家有限公司\n").status_code == 409
    assert take_in(client, shown["token"], match='"other"').status_code == 412
    missing = client.post(
        "/v1/enterprises/import",
        params={"file_name": "new.csv", "issued": "2024-05-01", "token": shown["token"], "why": WHY},
        content=CSV,
    )
    assert missing.status_code == 428
    assert client.get("/v1/enterprises/registry").json()["version"] == 1

    match = etag(client)
    done = take_in(client, shown["token"], key="k1", match=match)
    assert done.status_code == 201, done.text
    again = take_in(client, shown["token"], key="k1", match=match)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert done.json()["act"] == "import"
    assert done.json()["facts"]["removed"] == 23
    told = client.get("/v1/enterprises", params={"on": "2024-05-01"}).json()
    assert [one["name"] for one in told["enterprises"]] == CSV.split()[1:]
    assert client.get("/v1/enterprises", params={"on": "2024-04-30"}).json()["total"] == 24
    # the audit trail has counts and hashes, no names
    with store.read() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "enterprises.import")).one()
        assert entry.details["added"] == 1
        assert "新来" not in json.dumps(entry.details, ensure_ascii=False)
        assert verify(session).fault is None


def test_a_new_name_is_chosen_by_a_person(signed_in: Clients) -> None:
    client = signed_in("admin")
    names = [one["name"] for one in client.get("/v1/enterprises").json()["enterprises"]]
    new = ["临猗汇鑫新型商砼有限公司", *names[1:]]
    content = "名称\n" + "\n".join(new)
    plain = preview(client, content).json()
    assert plain["change"]["added"] == new[:1]
    pair = f"{names[0]}={new[0]}"
    chosen = preview(client, content, rename=pair).json()
    assert chosen["change"]["renamed"][0]["to"] == new[0]
    assert chosen["token"] != plain["token"]
    assert take_in(client, plain["token"], content, rename=pair).status_code == 409
    assert take_in(client, chosen["token"], content, rename=pair).status_code == 201
    told = client.get(f"/v1/enterprises/{FIRST}", params={"on": "2024-06-01"}).json()
    assert [one["name"] for one in told["names"]] == [names[0], new[0]]
    assert preview(client, content, rename="nothing").json()["errors"][0]["field"] == "query.rename.0"


def test_what_is_no_list_is_refused_with_its_place(signed_in: Clients) -> None:
    client = signed_in("reviewer")
    assert preview(client, "名称\n甲有限公司\n甲有限公司\n").status_code == 422
    undated = client.post("/v1/enterprises/import/preview", params={"file_name": "a.csv"}, content=CSV)
    assert undated.json()["errors"][0]["field"] == "query.issued"
    for name, content in (
        ("a.pdf", CSV),
        ("a.xlsx", b"PK\x03\x04 not really"),
        ("a.xls", b"\xd0\xcf\x11\xe0 not really"),
        ("a.json", b'{"names": ["\\ud800"]}'),
        ("a.json", b'{"names": ["\\u0000"]}'),
        ("a.json", b"[" * 100_000),
        ("a.csv", b"\0\0"),
        ("a.csv", b""),
        ("../a.csv", CSV),
        ("a.csv", "名称\n" + "长" * 300),
        ("a.txt", b"\xff\xfe\x00"),
    ):
        answer = preview(client, content, name)
        assert answer.status_code == 422, (name, answer.text)
    assert preview(client, "名称\n甲有限公司\n", issued="2023-01-01").status_code == 422  # before the newest


def test_an_excel_file_is_a_list_too(signed_in: Clients) -> None:
    pd = pytest.importorskip("pandas")
    client = signed_in("reviewer")
    data = io.BytesIO()
    pd.DataFrame({"企业名称": ["甲商砼有限公司"]}).to_excel(data, index=False, engine="xlsxwriter")
    assert preview(client, data.getvalue(), "a.xlsx").json()["change"]["added"] == ["甲商砼有限公司"]


def test_undo_is_a_version_of_its_own(signed_in: Clients, store: Store) -> None:
    client = signed_in("reviewer")
    first = client.get("/v1/enterprises/registry").json()
    take_in(client, preview(client).json()["token"])
    import_sites(client)
    versions = client.get("/v1/enterprises/registry/versions").json()["versions"]
    assert [row["act"] for row in versions] == ["sites", "import", "seed"]
    assert [row["before"] for row in versions] == [2, 1, None]

    def restore(version: int) -> dict[str, object]:
        headers = {"If-Match": etag(client)}
        answer = client.post("/v1/enterprises/registry/restore", json={"version": version, "why": WHY}, headers=headers)
        assert answer.status_code == 201, answer.text
        told: dict[str, object] = answer.json()
        return told

    back = restore(versions[0]["before"])
    assert (back["number"], back["same_as"], back["before"]) == (4, 2, 1)
    back = restore(int(str(back["before"])))
    assert (back["number"], back["same_as"], back["before"], back["sha256"]) == (5, 1, None, first["sha256"])
    assert client.get("/v1/enterprises").json()["total"] == 24
    # again to what counts already changes nothing; a version that never was is none
    headers = {"If-Match": etag(client)}
    same = client.post("/v1/enterprises/registry/restore", json={"version": 1, "why": WHY}, headers=headers)
    assert same.status_code == 409
    none = client.post("/v1/enterprises/registry/restore", json={"version": 99, "why": WHY}, headers=headers)
    assert none.status_code == 404
    assert restore(3)["same_as"] == 3
    # every file of every version is as it was
    for row in client.get("/v1/enterprises/registry/versions").json()["versions"]:
        content = client.get(f"/v1/enterprises/registry/versions/{row['number']}")
        assert parse_registry(content.content, file="a").sha256 == row["sha256"]
    # and the store itself refuses to change one
    with pytest.raises(sa.exc.DBAPIError), store.write() as session:
        session.execute(sa.update(RegistryVersion).values(why="other"))
    with pytest.raises(sa.exc.DBAPIError), store.write() as session:
        session.execute(sa.delete(RegistryVersion))


def test_two_who_change_at_once_do_not_overwrite_each_other(signed_in: Clients) -> None:
    one, other = signed_in("reviewer"), signed_in("admin")
    seen = etag(one)
    said = {"name": "汇鑫老站", "source": "治超办", "why": WHY}
    assert one.post(f"/v1/enterprises/{FIRST}/aliases", json=said, headers={"If-Match": seen}).status_code == 201
    late = other.post(f"/v1/enterprises/{FIRST}/aliases", json={**said, "name": "乙"}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert late.headers["etag"] == etag(other)


def test_aliases_codes_and_lists_are_entered_and_taken_back(signed_in: Clients) -> None:
    client = signed_in("reviewer")

    def act(path: str, **body: object) -> int:
        body = {"source": "治超办", "why": WHY, **body}
        answer = client.post(f"/v1/enterprises/{path}", json=body, headers={"If-Match": etag(client)})
        return int(answer.status_code)

    assert act(f"{FIRST}/aliases", name="汇鑫老站") == 201
    assert act(f"{FIRST}/aliases", name="汇鑫老站") == 422
    assert act("nobody/aliases", name="汇鑫老站二") == 404
    assert client.post("/v1/enterprises/match", json={"name": "汇鑫老站"}).json()["enterprise"] == FIRST
    assert act(f"{FIRST}/aliases/remove", name="汇鑫老站") == 201
    assert act(f"{FIRST}/code", credit_code="91350211M000100Y46") == 201
    assert act("linyi-2023-18-02/code", credit_code="91350211M000100Y46") == 422
    assert act(f"{FIRST}/code", credit_code="91350211M000100Y40") == 422
    assert client.get(f"/v1/enterprises/{FIRST}").json()["credit_code"] == "91350211M000100Y46"
    assert act(f"{FIRST}/code/remove") == 201
    acts = [one["act"] for one in client.get(f"/v1/enterprises/{FIRST}").json()["acts"]]
    assert acts == ["alias", "alias.remove", "code", "code.remove"]

    assert act("lists/linyi-2023-18/withdraw") == 422  # the only one
    take_in(client, preview(client).json()["token"])
    new = client.get("/v1/enterprises/registry").json()["lists"][-1]["id"]
    assert act(f"lists/{new}/withdraw") == 201
    assert client.get("/v1/enterprises").json()["total"] == 24
    assert act(f"lists/{new}/reinstate") == 201
    assert client.get("/v1/enterprises").json()["total"] == 2
    assert act("lists/none/withdraw") == 404


def test_sites_say_whose_they_are_and_where_from(signed_in: Clients) -> None:
    client = signed_in("reviewer")
    params = {"file_name": "sites.csv"}
    path = "/v1/enterprises/sites/preview"
    content = f"enterprise,lon,lat\n{FIRST},{POINT[0]},{POINT[1]}\n"
    without = client.post(path, params=params, content=content)
    assert (without.status_code, without.json()["errors"][0]["field"]) == (422, "crs")
    import_sites(client)
    told = client.get(f"/v1/enterprises/{FIRST}").json()
    assert told["position"] == "imported"
    assert told["sites"][0]["wgs84"]["coordinates"] == list(POINT)
    said = {"crs": "gcj02", "source": "x", "date": "2024-03-01"}
    other = client.post(path, params={**params, **said}, content=content).json()
    assert (other["added"], other["replaced"]) == (1, 0)
    assert other["sites"][0]["site"]["wgs84"]["coordinates"] != list(POINT)


@pytest.mark.parametrize(
    ("kind", "start"), [("csv", b"\xef\xbb\xbfnumber"), ("xlsx", b"PK"), ("json", b"{"), ("geojson", b"{")]
)
def test_the_list_is_exported_and_that_is_noted(signed_in: Clients, store: Store, kind: str, start: bytes) -> None:
    answer = signed_in("officer").get("/v1/enterprises/export", params={"format": kind, "on": "2024-05-08"})
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    with store.read() as session:
        assert (
            session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "enterprises.export")).one()[
                "rows"
            ]
            == 24
        )


def test_the_table_of_access_holds(signed_in: Clients) -> None:
    for role in ("driver", "enterprise", "officer", "auditor"):
        assert preview(signed_in(role)).status_code == 403
    assert signed_in("anonymous").get("/v1/enterprises").status_code == 401
    assert signed_in("driver").get("/v1/enterprises/registry/versions").status_code == 403
    assert signed_in("driver").get("/v1/visits").status_code == 403


def test_every_process_answers_by_the_newest_registry(
    settings: Settings, store: Store, client: TestClient, signed_in: Clients
) -> None:
    other = Law(settings.notices)
    assert other.refresh(store)
    assert other.registry.sha256 == builtin_registry().sha256
    before = other.now
    import_sites(signed_in("reviewer"))
    assert other.refresh(store)
    assert [site.enterprise for site in other.registry.sites] == [FIRST]
    assert other.now is not before
    assert other.now.jurisdictions[0] is before.jurisdictions[0]
    assert not other.refresh(store)
    # the service of `client`, which saw nothing of it, within seconds
    until = time.monotonic() + 5
    while not client.app.state.service.law.registry.sites and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.05)
    assert client.app.state.service.law.registry.sites  # type: ignore[attr-defined]


def test_a_trip_begins_at_a_site_that_was_imported_a_moment_ago(signed_in: Clients) -> None:
    reviewer = signed_in("reviewer")
    network = reviewer.app.state.service.law.network  # type: ignore[attr-defined]
    import_sites(reviewer)
    law = reviewer.app.state.service.law  # type: ignore[attr-defined]
    assert law.network.streets is network.streets
    lon, lat, _ = law.network.sites("临猗汇鑫商砼有限公司")
    assert (lon, lat) == pytest.approx(POINT)


def test_a_store_that_has_a_registry_is_not_seeded_again(signed_in: Clients, store: Store) -> None:
    import_sites(signed_in("reviewer"))
    signed_in("officer")
    with store.read() as session:
        assert list(session.scalars(sa.select(RegistryVersion.act).order_by(RegistryVersion.number))) == [
            "seed",
            "sites",
        ]
        first = session.get(RegistryVersion, 1)
        assert first is not None
        assert first.content == written(builtin_registry())
        assert first.made_at.tzinfo is dt.UTC
