"""What a county installs by: the compose file, the unit of systemd, the image. All that they name is there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import Settings
from truckban.cli.main import run as run_command

_FOLDER = Path(__file__).resolve().parents[2] / "deploy"
_SETTINGS = {f"TRUCKBAN_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the compose file, its anchors followed."""
    found: dict[str, Any] = yaml.safe_load((_FOLDER / "compose.yaml").read_text("utf-8"))
    return found


def _named(value: Any) -> list[str]:  # noqa: ANN401
    return list(value)


def test_each_service_of_the_compose_file_finds_what_it_names(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"web", "worker", "migrate", "postgres", "caddy"}
    for service in services.values():
        assert set(_named(service.get("depends_on", []))) <= set(services)
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (_FOLDER / source).is_file()
        if "build" in service:
            assert (_FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        else:
            assert re.search(r":\d+$", service["image"])  # never whatever is newest


def test_what_containers_are_told_are_settings_and_commands_that_there_are(
    compose: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("web", "worker", "migrate"):
        service = compose["services"][name]
        assert set(service["environment"]) <= _SETTINGS
        words = [str(word) for word in service["command"]]
        assert run_command(["--lang", "en", *words, "--help"]) == 0
        said = capsys.readouterr().out
        assert all(word in said for word in words if word.startswith("--"))
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    # nobody but the proxy listens outside, and nothing is served before the tables are there
    assert [name for name, each in compose["services"].items() if "ports" in each] == ["caddy"]
    for name in ("web", "worker"):
        depends = compose["services"][name]["depends_on"]
        assert depends["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_is_in_the_files() -> None:
    for path in _FOLDER.iterdir():
        if path.is_file():
            text = path.read_text("utf-8")
            assert not re.search(r"(?i)(password|secret|token)\w*[ \t]*[:=][ \t]*[\"']?[0-9A-Za-z+]{8,}", text), (
                path.name
            )


def test_the_image_is_made_of_files_that_there_are() -> None:
    text = (_FOLDER / "Containerfile").read_text("utf-8")
    root = _FOLDER.parent
    for source in re.findall(r"^COPY (?!\. )(\S+) ", text, re.MULTILINE):
        assert (root / source).is_file(), source
    assert "USER truckban" in text
    assert subprocess.run(["/bin/sh", "-n", _FOLDER / "entry.sh"], check=False).returncode == 0


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd on this machine")
    text = (_FOLDER / "truckban.service").read_text("utf-8")
    unit = tmp_path / "truckban.service"
    unit.write_text(text.replace("/opt/truckban/.venv/bin/truckban", "/bin/true"), "utf-8")
    done = subprocess.run([program, "verify", unit], check=False, capture_output=True, text=True, timeout=60)
    assert "truckban" not in done.stderr, done.stderr
    assert done.returncode == 0
    assert set(re.findall(r"TRUCKBAN_\w+", text)) <= _SETTINGS
