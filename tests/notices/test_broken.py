"""Deliberately broken packs, each with the sentence it must give in both languages; and sound ones beside them.

`broken/NAME.txt` holds what `broken/NAME.yaml` gives: `file:line: field: sentence`, first in English, then in Chinese.
"""

from pathlib import Path

import pytest

from truckban.notices.load import load_notice, validate
from zones.errors import InputError

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
SOUND = sorted([*(HERE / "sound").glob("*.yaml"), *(HERE / "packs").glob("*.yaml")])
BASE = HERE / "sound" / "base.yaml"


@pytest.mark.parametrize("pack", BROKEN, ids=lambda pack: pack.stem)
def test_a_broken_pack_gives_its_exact_sentence(pack: Path) -> None:
    english, chinese = pack.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(InputError) as caught:
        load_notice(pack)
    assert caught.value.say("en") == english
    assert caught.value.say("zh") == chinese


@pytest.mark.parametrize("pack", BROKEN, ids=lambda pack: pack.stem)
def test_validating_names_what_loading_stumbles_over_first(pack: Path) -> None:
    found = validate(pack)
    assert found[0].say("en") == pack.with_suffix(".txt").read_text(encoding="utf-8").splitlines()[0]
    assert [error.line for error in found] == sorted(error.line or 0 for error in found)


def test_every_expected_sentence_has_its_pack() -> None:
    assert [pack.with_suffix(".txt") for pack in BROKEN] == sorted((HERE / "broken").glob("*.txt"))


@pytest.mark.parametrize("pack", SOUND, ids=lambda pack: pack.stem)
def test_a_sound_pack_loads(pack: Path) -> None:
    """Among them: exemptions and rules that need no rank, because no vehicle, place and time is under both."""
    assert validate(pack) == []
    assert load_notice(pack).pack.format == "truckban-notice-1"


def test_line_ends_do_not_matter(tmp_path: Path) -> None:
    pack = tmp_path / "windows.yaml"
    pack.write_bytes(BASE.read_bytes().replace(b"\n", b"\r\n"))
    assert load_notice(pack).pack == load_notice(BASE).pack


def test_line_numbers_count_comments_and_blank_lines(tmp_path: Path) -> None:
    pack = tmp_path / "later.yaml"
    text = BASE.read_text(encoding="utf-8").replace("windows: [day]", "windows: [dya]")
    (first,) = validate(_written(pack, text))
    (later,) = validate(_written(pack, "# 说明\n\n" + text))
    assert (later.line or 0) - (first.line or 0) == 2


def test_all_faults_are_listed_by_line(tmp_path: Path) -> None:
    text = BASE.read_text(encoding="utf-8")
    for right, wrong in (("timezone:", "timezon:"), ("fact: size,", "fact: sise,"), ("06:00-22:00", "06:00-25:00")):
        text = text.replace(right, wrong)
    fields = [error.field for error in validate(_written(tmp_path / "many.yaml", text))]
    assert fields == ["timezon", "windows.day.spans[0]"]
    text = (
        text.replace("timezon:", "timezone:").replace("06:00-25:00", "06:00-22:00").replace("zone: town", "zone: city")
    )
    fields = [error.field for error in validate(_written(tmp_path / "many.yaml", text))]
    assert fields == ["rules[0].where[0].zone", "rules[0].when.any[0].fact"]


def test_a_fault_under_a_merged_key_has_a_line(tmp_path: Path) -> None:
    text = BASE.read_text(encoding="utf-8")
    text = text.replace("  - id: exempt.fire\n", "  - &same\n    id: exempt.fire\n").replace(
        "[ban.trucks]", "[ban.truck]", 1
    )
    text = text.replace("permits:\n", "  - <<: *same\n    id: exempt.again\npermits:\n")
    assert [error.field for error in validate(_written(tmp_path / "merged.yaml", text))] == [
        "exemptions[0].over[0]",
        "exemptions[1].over[0]",
    ]


@pytest.mark.parametrize("value", ["5", "heavy", "[]", "[heavy]", "{}", "true", "2024-01-01"])
def test_a_condition_of_any_wrong_shape_is_a_sentence_and_not_a_crash(tmp_path: Path, value: str) -> None:
    text = BASE.read_text(encoding="utf-8").replace("when: {fact: service, in: [fire]}", f"when: {value}")
    (error,) = validate(_written(tmp_path / "shape.yaml", text))
    assert error.field == "exemptions[0].when"
    assert "plate_digit" in error.say("zh")


def test_nesting_without_end_is_a_sentence_and_not_a_crash(tmp_path: Path) -> None:
    (error,) = validate(_written(tmp_path / "deep.yaml", "format: " + "[" * 5000))
    assert error.say("zh") == "deep.yaml: 嵌套太深"


def test_a_file_that_is_not_there_and_a_folder_are_sentences(tmp_path: Path) -> None:
    (absent,) = validate(tmp_path / "absent.yaml")
    (folder,) = validate(tmp_path)
    assert absent.say("zh") == "absent.yaml: 没有这个文件"
    assert "文件夹" in folder.say("zh")


def _written(pack: Path, text: str) -> Path:
    pack.write_text(text, encoding="utf-8")
    return pack
