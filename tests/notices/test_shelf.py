"""Which notice answers: what was in force and published on the day of the act."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from truckban.norms import Notice
from truckban.notices.load import builtin_notice
from truckban.notices.model import NoticePack
from truckban.notices.shelf import Shelf, shelf_named
from truckban.questions.asking import answer, notice_for
from truckban.questions.asking_bytes import answer_bytes, answer_fixes_bytes
from truckban.questions.jurisdiction import Jurisdiction
from zones.errors import InputError


def notice(name: str, **changes: Any) -> Notice:  # noqa: ANN401
    """Return the first notice under another name and with other parts."""
    pack = builtin_notice("linyi-2023-5").pack.model_dump(by_alias=True)
    return Notice(NoticePack.model_validate({**pack, "id": name, **changes}), sha256="0" * 64)


def dated(in_force: str | None, published: str | None, end: str | None = None) -> dict[str, Any]:
    return {"in_force": in_force, "published": published, "end": end}


FIRST = notice("first", dates=dated("2020-01-01", "2019-12-01"))


def test_a_later_notice_answers_from_its_first_day_on() -> None:
    shelf = Shelf([notice("later", dates=dated("2024-01-01", "2023-11-01"), replaces=["first"]), FIRST])
    assert shelf.on(dt.date(2023, 12, 31)).id == "first"
    assert shelf.on(dt.date(2024, 1, 1)).id == "later"


def test_a_backdated_notice_answers_only_once_it_is_published() -> None:
    shelf = Shelf([FIRST, notice("later", dates=dated("2024-01-01", "2024-02-10"), amends=["first"])])
    assert shelf.on(dt.date(2024, 2, 9)).id == "first"
    assert shelf.on(dt.date(2024, 2, 10)).id == "later"


def test_before_any_was_in_force_the_first_one_answers_and_says_so() -> None:
    shelf = Shelf([FIRST, notice("later", dates=dated("2024-01-01", "2023-11-01"), replaces=["first"])])
    case = {"vehicle": {"vehicle_type": "H11"}, "at": "2019-06-01T10:00:00+08:00", "place": {"zone": "inside"}}
    answered = answer(case, notice_for(case, shelf), None)
    assert (answered["notice"], answered["verdict"]) == ("first", "allowed")
    assert answered["reasons"][0]["code"] == "notice.not_in_force"


def test_three_in_a_line_take_over_one_after_the_other() -> None:
    second = notice("second", dates=dated("2022-01-01", "2021-12-01"), replaces=["first"])
    third = notice("third", dates=dated("2023-01-01", "2022-12-01"), amends=["second"])
    shelf = Shelf([third, FIRST, second])
    assert [shelf.on(dt.date(year, 6, 1)).id for year in (2021, 2022, 2023)] == ["first", "second", "third"]


def test_the_day_is_the_notices_own() -> None:
    shelf = Shelf([FIRST, notice("later", dates=dated("2024-01-01", "2023-11-01"), replaces=["first"])])
    assert notice_for({"at": "2023-12-31T16:00:00Z"}, shelf).id == "later"
    assert notice_for({"at": "2023-12-31T15:59:59Z"}, shelf).id == "first"


@pytest.mark.parametrize(
    ("notices", "says"),
    [
        ([], "there is no notice"),
        ([FIRST, notice("beside")], "it is not clear which comes first: beside, first"),
        ([notice("later", replaces=["gone"])], "later takes over from gone, which is not here"),
        (
            [FIRST, notice("b", replaces=["first"]), notice("c", amends=["first"])],
            "b and c both take over from first",
        ),
        ([notice("a", replaces=["b"]), notice("b", replaces=["a"])], "it is not clear which comes first: a, b"),
        (
            [FIRST, notice("far", place={"name": "长子县", "province": "山西省"}, replaces=["first"])],
            "the notices are of several places: 临猗县, 长子县",
        ),
    ],
)
def test_a_shelf_that_does_not_hang_together_is_refused(notices: list[Notice], says: str) -> None:
    with pytest.raises(InputError) as raised:
        Shelf(notices)
    assert raised.value.text.en.startswith(says)
    assert raised.value.text.zh != raised.value.text.en


def test_a_folder_of_notices_is_asked_by_the_day_of_each_case(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "truckban" / "notices" / "packs" / "linyi-2023-5.yaml"
    text = source.read_text(encoding="utf-8")
    (tmp_path / "first.yaml").write_text(text, encoding="utf-8")
    later = text.replace("id: linyi-2023-5", "id: linyi-next\nreplaces: [linyi-2023-5]", 1)
    for old, new in (("2023-04-23", "2025-04-23"), ("2023-03-01", "2025-06-01"), ("06:00-22:00", "07:00-20:00")):
        later = later.replace(f": {old}", f": {new}").replace(f'"{old}"', f'"{new}"')
    (tmp_path / "later.yaml").write_text(later, encoding="utf-8")
    assert shelf_named(tmp_path).on(dt.date(2025, 6, 1)).id == "linyi-next"
    cases = [
        {"id": day, "vehicle": {"vehicle_type": "H11"}, "at": f"{day}T06:30:00+08:00", "place": {"zone": "inside"}}
        for day in ("2025-05-31", "2025-06-01")
    ]
    run = subprocess.run(
        [sys.executable, "-m", "truckban.cli", "decide", "-", "--notice", str(tmp_path)],
        input="\n".join(map(json.dumps, cases)),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(a["notice"], a["verdict"]) for a in answers] == [("linyi-2023-5", "prohibited"), ("linyi-next", "allowed")]


def test_two_notices_of_one_name_are_refused_unless_they_are_the_same() -> None:
    again = Notice(FIRST.pack, sha256=FIRST.sha256)
    assert Shelf([FIRST, again]).first.id == "first"
    with pytest.raises(InputError, match="two notices called first"):
        Shelf([FIRST, Notice(FIRST.pack, sha256="1" * 64)])


def _nightly(name: str, span: str, **changes: Any) -> Notice:  # noqa: ANN401
    return notice(name, windows={"daytime": {"clause": "二(一)", "spans": [span]}}, **changes)


NIGHT = _nightly("first", "22:00-06:00", dates=dated("2020-01-01", "2019-12-01"))
LONGER = _nightly("later", "20:00-08:00", dates=dated("2024-01-01", "2023-11-01"), replaces=["first"])


def _told(at: str) -> set[str | None]:
    """Return until when one is told to wait by a shelf of the two, however one asks."""
    context = Jurisdiction(Shelf([NIGHT, LONGER]), {"first": None, "later": None})
    case = {"vehicle": {"vehicle_type": "H11"}, "at": at, "place": {"zone": "inside"}}
    law = notice_for(case, context.shelf)
    fixes = {"vehicle": case["vehicle"], "fixes": {"time": [at], "lon": [110.765], "lat": [35.14]}}
    answers = [
        answer(case, law, None, until=context.shelf.until(law)),
        json.loads(answer_bytes(json.dumps(case).encode(), context=context)),
        *json.loads(answer_fixes_bytes(json.dumps(fixes).encode(), context=context))["answers"],
    ]
    assert not {each["verdict"] for each in answers} & {"allowed"}
    return {advice["at"] for each in answers for advice in each["advice"]} or {None}


def test_nobody_is_told_to_wait_for_an_hour_at_which_the_next_notice_answers() -> None:
    assert _told("2023-12-30T23:00:00+08:00") == {"2023-12-31T06:00:00+08:00"}
    assert _told("2023-12-31T05:00:00+08:00") == {"2023-12-31T06:00:00+08:00"}
    assert _told("2023-12-31T23:00:00+08:00") == {None}
    assert _told("2024-01-01T05:00:00+08:00") == {"2024-01-01T08:00:00+08:00"}


def test_the_command_does_not_tell_them_either(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "truckban" / "notices" / "packs" / "linyi-2023-5.yaml"
    text = source.read_text(encoding="utf-8").replace("06:00-22:00", "22:00-06:00")
    (tmp_path / "first.yaml").write_text(text, encoding="utf-8")
    later = text.replace("id: linyi-2023-5", "id: linyi-next\nreplaces: [linyi-2023-5]", 1)
    for old, new in (("2023-04-23", "2025-04-23"), ("2023-03-01", "2025-06-01"), ("22:00-06:00", "20:00-08:00")):
        later = later.replace(f": {old}", f": {new}").replace(f'"{old}"', f'"{new}"')
    (tmp_path / "later.yaml").write_text(later, encoding="utf-8")
    cases = [
        {"vehicle": {"vehicle_type": "H11"}, "at": f"{day}T23:00:00+08:00", "place": {"zone": "inside"}}
        for day in ("2025-05-30", "2025-05-31")
    ]
    run = subprocess.run(
        [sys.executable, "-m", "truckban.cli", "decide", "-", "--notice", str(tmp_path)],
        input="\n".join(map(json.dumps, cases)),
        capture_output=True,
        text=True,
        check=True,
    )
    told = [[advice["at"] for advice in json.loads(line)["advice"]] for line in run.stdout.splitlines()]
    assert told == [["2025-05-31T06:00:00+08:00"], []]


def test_a_notice_in_its_time_ends_the_day_before_the_next_takes_over() -> None:
    later = notice("later", dates=dated("2024-01-01", "2024-02-10", "2026-12-31"), amends=["first"])
    shelf = Shelf([FIRST, later])
    first, second = (shelf.in_its_time(name).pack.dates for name in ("first", "later"))
    assert (first.in_force, first.end) == (dt.date(2020, 1, 1), dt.date(2024, 2, 9))
    assert (second.in_force, second.end) == (dt.date(2024, 2, 10), dt.date(2026, 12, 31))
    assert shelf.in_its_time("first").sha256 == FIRST.sha256


def test_a_notice_alone_is_as_it_stands_and_one_that_never_answered_is_refused() -> None:
    assert Shelf([FIRST]).in_its_time("first") is FIRST
    with pytest.raises(InputError, match="there is no notice gone"):
        Shelf([FIRST]).in_its_time("gone")
    overtaken = Shelf([FIRST, notice("later", dates=dated("2019-06-01", "2019-06-01"), replaces=["first"])])
    with pytest.raises(InputError, match="was never in force"):
        overtaken.in_its_time("first")
