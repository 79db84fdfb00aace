"""What is wrong with a value is said in the caller's language."""

from collections.abc import Callable
from typing import Annotated, Literal

import pytest
from annotated_types import Gt, Len
from fastapi.testclient import TestClient
from pydantic import AwareDatetime, BaseModel, ValidationError

from api.value_words import value_words
from api.without_options import without_options
from zones.text import Text


class _Asked(BaseModel):
    name: Annotated[str, Len(2, 4)] = "ab"
    count: Annotated[int, Gt(3)] = 4
    kind: Literal["one", "two", "three"] = "one"
    at: AwareDatetime | None = None
    rows: Annotated[list[int], Len(0, 1)] = []


@pytest.mark.parametrize(
    ("given", "zh"),
    [
        ({"name": "x"}, "至少 2 个字"),
        ({"name": "字" * 10_000}, "最多 4 个字"),
        ({"name": 7}, "应是文字"),
        ({"count": 3}, "应大于 3"),
        ({"count": "many"}, "应是整数"),
        ({"kind": "four"}, "应是其中之一：one、two、three"),
        ({"at": "yesterday"}, "应是时间，如 2024-05-08T10:00:00+08:00"),
        ({"at": "2024-05-08T10:00:00"}, "时间要带时区"),
        ({"rows": [1, 2]}, "最多 1 项"),
        ({"rows": 1}, "应是列表"),
    ],
)
def test_a_fault_of_a_value_is_said_in_chinese_without_english_words(given: dict[str, object], zh: str) -> None:
    with pytest.raises(ValidationError) as found:
        _Asked.model_validate(given)
    (fault,) = found.value.errors()
    assert value_words(fault) == Text(zh, fault["msg"])


def test_the_service_says_it_in_the_language_asked_for(signed_in: Callable[..., TestClient]) -> None:
    client = signed_in("officer")
    messages = {
        lang: client.get("/v1/places", params={"q": "x" * 101, "lang": lang}).json()["errors"][0]["message"]
        for lang in ("zh", "en")
    }
    assert messages == {"zh": "最多 100 个字", "en": "String should have at most 100 characters"}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (
            Text(
                "500 米内没有道路；不够大时请用 --streets 给出",
                "no street within 500 m; give a larger one with --streets",
            ),
            Text("500 米内没有道路", "no street within 500 m"),
        ),
        (
            Text(
                "没有列 a；文件有：a, b。请用 --column a=NAME 说明",
                "no column a; the file has: b. Say which with --column a=NAME",
            ),
            Text("没有列 a；文件有：a, b", "no column a; the file has: b"),
        ),
        (Text("没有这个文件", "there is no such file"), Text("没有这个文件", "there is no such file")),
        (Text("用 --crs 给出", "give it with --crs"), Text("用 --crs 给出", "give it with --crs")),
        (Text("甲--乙：不行", "a--b: no"), Text("甲--乙：不行", "a--b: no")),
    ],
)
def test_a_clause_that_names_an_option_of_the_command_line_is_left_out(said: Text, left: Text) -> None:
    assert without_options(said) == left


def test_a_driver_far_away_is_not_told_of_options_of_a_command_line(signed_in: Callable[..., TestClient]) -> None:
    trip = {
        "vehicle": {"vehicle_type": "重型自卸货车"},
        "origin": {"lon": 118.8, "lat": 32.06},
        "destination": {"lon": 110.772, "lat": 35.14},
        "depart": "2024-05-08T09:00:00+08:00",
    }
    told = signed_in("driver").post("/v1/trips", json=trip)
    assert told.status_code == 422
    message = (
        "500 米内没有这辆车可走的道路；这里离临猗县的禁行区域很远：只按《临猗县人民政府关于临猗县城区道路货车禁行的通告》"
        "（临政发〔2023〕5号）回答，当地自己的禁行、限行规定不在其中，须另行查明"
    )
    assert told.json()["errors"] == [{"field": "origin.lon", "message": message}]


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({"file_name": "_traces.csv"}, "文件名不能带文件夹", "a file's name has no folders"),
        ({"file_name": "../traces.csv"}, "文件名不能带文件夹", "a file's name has no folders"),
        ({"file_name": "轨" * 90 + ".csv"}, "文件名最多 200 个字节", "a file's name has at most 200 bytes"),
        ({"file_name": "traces.exe"}, "这种文件（traces）可以是", "file_name: traces can be"),
        ({"why": "a\x00b"}, "有不是文字的字符", "characters that are no text"),
    ],
)
def test_what_the_services_own_rules_refuse_is_said_in_one_language(
    signed_in: Callable[..., TestClient], given: dict[str, str], zh: str, en: str
) -> None:
    body = {"kind": "traces", "file_name": "traces.csv", "size": 10, "why": "audit", **given}
    for lang, words in (("zh", zh), ("en", en)):
        told = signed_in("officer").post(f"/v1/traces/uploads?lang={lang}", json=body)
        assert told.status_code == 422
        assert told.json()["errors"][0]["message"].startswith(words)
