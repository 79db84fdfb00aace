"""A zone file that was built for another notice, or for another text of it, is noticed; and roads of permits that it does not have."""

import dataclasses

from driving import law

from truckban.permits import Permit, PermitList
from truckban.traces.zone_notice import notices_differ, roads_not_there


def test_a_zone_built_for_this_text_is_not_worth_a_word() -> None:
    notice, ground = law()
    built = dataclasses.replace(ground.zone, notice={"id": notice.id, "sha256": notice.sha256})
    assert notices_differ(notice, built) == []


def test_a_zone_that_names_no_notice_says_nothing() -> None:
    notice, ground = law()
    assert notices_differ(notice, ground.zone) == []


def test_a_zone_built_for_another_text_is_named() -> None:
    notice, ground = law()
    built = dataclasses.replace(ground.zone, notice={"id": notice.id, "sha256": "0" * 64})
    [note] = notices_differ(notice, built)
    assert "另一文本" in note.zh
    assert "000000000000" in note.en
    assert notice.sha256[:12] in note.en


def test_a_zone_built_for_another_notice_is_named() -> None:
    notice, ground = law()
    built = dataclasses.replace(ground.zone, notice={"id": "wenxi-2022", "sha256": "0" * 64})
    [note] = notices_differ(notice, built)
    assert "wenxi-2022" in note.zh
    assert "wenxi-2022" in note.en


def test_a_permit_for_a_road_that_is_nowhere_is_noticed_and_others_are_not() -> None:
    _, ground = law()
    known = Permit("晋M12345", None, None, roads=frozenset({"五一路", "东环路"}))
    assert roads_not_there(PermitList([known, Permit("晋M12346", None, None)]), ground.zone) == []
    misspelt = Permit("晋M12347", None, None, roads=frozenset({"五一路", "五一陆"}))
    [note] = roads_not_there(PermitList([known, misspelt]), ground.zone)
    assert "五一陆" in note.zh
    assert "五一陆" in note.en
    assert "五一路" not in note.zh
    assert "晋M" not in note.zh + note.en
