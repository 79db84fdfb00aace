"""The published list is what the gazette prints, and says so of itself."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from enterprises.kinds import kind_of, kind_words
from enterprises.list_tables import read_list
from enterprises.list_text import read_text
from enterprises.registry_file import builtin_names, builtin_registry, parse_registry, written

KINDS = [
    *("concrete", "textile", "concrete", "concrete", "gas", "cement_precast", "concrete", "concrete", "concrete"),
    *("fertiliser_chemicals", "concrete", "building_material", "fertiliser_chemicals", "concrete", "building_material"),
    *("concrete", "trade", "building_material", "construction", "stone_yard", "building_material", "cement_precast"),
    *("building_material", "asphalt"),
]


def test_the_list_is_the_gazettes_verbatim_and_in_order(gazette: Path) -> None:
    document = builtin_registry().lists[0]
    draft = read_list(gazette)
    assert [line.name for line in document.lines] == [line.name for line in draft.lines]
    assert (document.doc_no, document.issued, document.supervision_phone, document.stated_count) == (
        draft.doc_no,
        draft.issued,
        draft.supervision_phone,
        draft.stated_count,
    )
    assert (document.title, document.issuer) == (draft.title, draft.issuer)
    assert document.source.sha256 == hashlib.sha256(gazette.read_bytes()).hexdigest()
    assert document.source.text_sha256 == draft.text_sha256


def test_the_list_is_that_of_the_announcement_in_the_package(notice_text: str) -> None:
    document = builtin_registry().lists[0]
    draft = read_text(notice_text, file="notice", sha256="")
    assert [line.name for line in document.lines] == [line.name for line in draft.lines]
    assert document.source.text_sha256 == draft.text_sha256


def test_the_list_has_its_number_day_telephone_and_count() -> None:
    document = builtin_registry().lists[0]
    assert document.doc_no == "临政办发〔2023〕18号"
    assert document.issued == document.valid_from == dt.date(2023, 5, 25)
    assert document.supervision_phone == "0359-4036898"
    assert len(document.lines) == document.stated_count == 24
    assert document.lines[0].name == "临猗汇鑫商砼有限公司"
    assert document.lines[23].name == "山西志博沥青制作有限公司"


def test_the_kind_follows_from_the_name_by_the_rule() -> None:
    assert [kind_of(line.name) for line in builtin_registry().lists[0].lines] == KINDS
    assert kind_of("临猗县某某中心") == "other"
    assert set(KINDS) < set(kind_words())


def test_nothing_is_invented_for_a_real_enterprise() -> None:
    registry = builtin_registry()
    assert not registry.invented
    assert registry.sites == ()
    assert all(registry.code_of(enterprise) is None for enterprise in registry.enterprises)


def test_the_demonstrations_sites_are_marked_invented_and_so_are_its_enterprises() -> None:
    registry = builtin_registry("schematic")
    assert registry.invented
    assert all(site.invented for site in registry.sites)
    assert {site.enterprise for site in registry.sites} == set(registry.enterprises)
    assert all(line.name.startswith("示意") for document in registry.lists for line in document.lines)


@pytest.mark.parametrize("name", ["linyi", "schematic"])
def test_a_registry_is_read_and_written_to_the_same_bytes(name: str) -> None:
    assert name in builtin_names()
    registry = builtin_registry(name)
    data = written(registry)
    assert hashlib.sha256(data).hexdigest() == registry.sha256
    assert parse_registry(data, file="again") == registry
