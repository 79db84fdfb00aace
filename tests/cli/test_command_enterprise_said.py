"""`truckban enterprise alias | code | withdraw`: asked for, confirmed, kept, undone; two writers on one file."""

from pathlib import Path

import pytest

from enterprises import keeping
from enterprises.codes import check_character
from enterprises.registry import Registry
from enterprises.registry_file import builtin_registry, read_registry
from truckban.cli.main import run

Capture = pytest.CaptureFixture[str]
NAMES = [line.name for line in builtin_registry().lists[0].lines]
CODE = "91140821MA0ABCDE1"
CODE += check_character(CODE)
SAID = ("--by", "治超办示意", "--date", "2024-06-02")


def ran(capsys: Capture, *arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
    status = run(["--lang", lang, "enterprise", *map(str, arguments)])
    out, errors = capsys.readouterr()
    return status, out, errors


@pytest.fixture
def registry(tmp_path: Path, capsys: Capture) -> Path:
    """Return an operator's registry of two lists."""
    file, path = tmp_path / "new.csv", tmp_path / "r.json"
    file.write_text("企业名称\n" + "\n".join(NAMES[1:]), encoding="utf-8")
    said = ("--issued", "2024-06-01", "--doc-no", "临政办发〔2024〕9号", "--yes")
    assert ran(capsys, "import", file, "--registry", path, *said)[0] == 0
    return path


def test_an_alias_is_written_after_a_confirmation_shown_and_taken_back(registry: Path, capsys: Capture) -> None:
    call = ("alias", NAMES[0], "老城搅拌站", "--registry", registry, *SAID)
    before = registry.read_bytes()
    status, out, errors = ran(capsys, *call)
    assert (status, out, registry.read_bytes()) == (2, f"+ {NAMES[0]} = 老城搅拌站\n", before)
    assert "--yes" in errors
    status, out, _ = ran(capsys, *call, "--yes")
    assert status == 0
    assert "the file before is kept as" in out
    assert "老城搅拌站  (治超办示意, 2024-06-02)" in ran(capsys, "show", NAMES[0], "--registry", registry)[1]
    assert ran(capsys, *call, "--yes")[0] == 3
    assert ran(capsys, *call, "--remove", "--yes")[0] == 0
    assert "老城搅拌站" not in ran(capsys, "show", NAMES[0], "--registry", registry)[1]
    assert [act.act for act in read_registry(registry).acts] == ["alias", "alias.remove"]


def test_a_code_is_written_and_taken_back(registry: Path, capsys: Capture) -> None:
    to = ("--registry", registry, *SAID, "--yes")
    status, out, _ = ran(capsys, "code", NAMES[1], CODE, *to, lang="zh")
    assert (status, out.splitlines()[0]) == (0, f"~ {NAMES[1]}: 无 → {CODE}")
    assert CODE in ran(capsys, "show", NAMES[1], "--registry", registry)[1]
    assert ran(capsys, "code", NAMES[1], "--remove", *to)[0] == 0
    assert read_registry(registry).code_of("linyi-2023-18-02") is None


def test_a_list_is_withdrawn_and_restored_and_both_are_written_down(registry: Path, capsys: Capture) -> None:
    call = ("withdraw", "linyi-2024-9", "--registry", registry, *SAID, "--yes", "--why", "导错了")
    on = ("--registry", registry, "--on", "2024-07-01")
    assert "not on the list" in ran(capsys, "show", NAMES[0], *on)[1]
    status, out, _ = ran(capsys, *call)
    assert status == 0
    assert "lists that hold after this: linyi-2023-18 (2023-05-25)" in out
    assert "not on the list" not in ran(capsys, "show", NAMES[0], *on)[1]
    assert ran(capsys, *call)[0] == 3
    assert ran(capsys, *call, "--undo")[0] == 0
    assert "not on the list" in ran(capsys, "show", NAMES[0], *on)[1]
    assert [(act.act, act.by, act.why) for act in read_registry(registry).acts] == [
        ("withdraw", "治超办示意", "导错了"),
        ("restore", "治超办示意", "导错了"),
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["alias", NAMES[0], "甲", *SAID], 2, "--registry"),
        (["alias", NAMES[0], "甲", "--registry", "linyi", *SAID], 2, "--registry"),
        (["alias", NAMES[0], "甲", "--registry", "none.json", *SAID], 3, "none.json: there is no such file"),
        (["alias", NAMES[0], "甲", "--registry", "r.json"], 2, "--by is missing"),
        (["alias", NAMES[0], "甲", "--registry", "r.json", "--by", " "], 3, "who says so"),
        (["alias", NAMES[0], "甲", "--registry", "r.json", "--by", "乙", "--date", "x"], 2, "--date"),
        (["alias", NAMES[0], NAMES[1], "--registry", "r.json", *SAID], 3, f"a name of {NAMES[1]} already"),
        (["alias", "没有", "甲", "--registry", "r.json", *SAID], 3, "no enterprise has"),
        (["code", NAMES[0], "--registry", "r.json", *SAID], 2, "one of the two"),
        (["code", NAMES[0], CODE, "--remove", "--registry", "r.json", *SAID], 2, "one of the two"),
        (["code", NAMES[0], "123", "--registry", "r.json", *SAID], 3, "18 characters"),
        (["withdraw", "x", "--registry", "r.json", *SAID, "--why", "错"], 3, "there is no list x; there are: linyi-2023-18"),
        (["withdraw", "linyi-2024-9", "--registry", "r.json", *SAID], 2, "--why is missing"),
        (["withdraw", "linyi-2024-9", "--registry", "r.json", *SAID, "--why", "错"], 2, "--yes"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_answered_in_a_sentence_and_writes_nothing(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(registry.parent)
    before = registry.read_bytes()
    found, _, errors = ran(capsys, *arguments)
    assert (found, registry.read_bytes()) == (status, before)
    assert said in errors


def test_who_is_overtaken_between_reading_and_writing_writes_nothing(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    real = keeping.keep

    def overtaken(after: Registry, path: Path, *, expected: str | None) -> Path | None:
        path.write_bytes(path.read_bytes() + b"\n")
        return real(after, path, expected=expected)

    monkeypatch.setattr(keeping, "keep", overtaken)
    status, _, errors = ran(capsys, "alias", NAMES[0], "老城搅拌站", "--registry", registry, *SAID, "--yes", lang="zh")
    assert status == 3
    assert "r.json: 读取之后这个文件已被别人改动，没有写入" in errors
    assert "老城搅拌站" not in registry.read_text("utf-8")
