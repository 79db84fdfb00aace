"""A zone file that was built for another notice, or for another text of it, is noticed."""

import dataclasses

from driving import law

from truckban.traces.zone_notice import notices_differ


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
