"""Every `curl` line of the documentation, run as it stands against a real server."""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from documented import Ground
from fastapi.routing import APIRoute
from serving import key_maker, served

from api.access.table import ROLES
from api.features import ROUTERS
from api.settings import Settings
from api.store.database import Store
from truckban.client import Client

ROOT = Path(__file__).parent.parent.parent
PAGES = tuple(
    sorted(path.stem for path in (ROOT / "docs" / "service").glob("*.md") if "```bash\n" in path.read_text("utf-8"))
)
WENXI = ROOT / "tests" / "notices" / "packs" / "sx01_wenxi_2022.yaml"


class Line(NamedTuple):
    """A command, who gives it, the status it should give, and what later ones take from its answer: field by variable."""

    command: str
    role: str
    gives: str
    keeps: dict[str, str]


def lines(page: str) -> Iterator[Line]:
    """Yield the commands of a page."""
    text = (ROOT / "docs" / "service" / f"{page}.md").read_text("utf-8")
    for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL):
        comments = re.findall(r"^# (.*)$", block, re.MULTILINE)
        commands = re.findall(r"^curl .*", block, re.MULTILINE)
        if not commands:
            continue
        (command,) = commands
        role = next((each.removeprefix("as ") for each in comments if each.startswith("as ")), "anonymous")
        assert role in ROLES
        gives = next((each.removeprefix("gives ") for each in comments if each.startswith("gives ")), "2")
        said = [re.fullmatch(r"([A-Z_]+): (\w+) of the answer", each) for each in comments]
        keeps = {each[1]: each[2] for each in said if each}
        yield Line(command, role, gives, keeps)


def known(client: Client, command: str) -> dict[str, str]:
    """Return what a command's variables stand for, as things are now; of those that are not in it, only what costs nothing."""
    named = variables_in(command)
    found = {"WENXI_SHA256": hashlib.sha256(WENXI.read_bytes()).hexdigest()}
    if named & {"ENACTMENT", "FIRST_ENACTMENT", "NOTICE_SHA256"}:
        rows = client.wire.json("GET", "/v1/in-force")["enactments"]
        found |= {"ENACTMENT": rows[0]["id"], "FIRST_ENACTMENT": rows[-1]["id"]}
        found["NOTICE_SHA256"] = rows[-1]["notice_sha256"]
    if named & {"LEAD", "OTHER"}:
        listed = client.wire.json("GET", "/v1/leads", params={"sort": "entered_at"})["leads"]
        first, other, *_ = [each for each in listed if each["state"] not in ("dismissed", "merged")]
        found |= {"LEAD": first["lead_id"], "OTHER": other["lead_id"]}
    for name, path, key in (("VIOLATION", "/v1/violations", "violations"), ("HOLD", "/v1/retention/holds", "holds")):
        if name in named and (listed := client.wire.json("GET", path)[key]):
            found[name] = listed[0].get("id") or listed[0]["violation_id"]
    return found


def variables_in(command: str) -> set[str]:
    """Return the variables of a command."""
    return set(re.findall(r"\$([A-Z_0-9]+)", command))


def run(line: Line, url: str, variables: dict[str, str], folder: Path = ROOT) -> tuple[str, str]:
    """Run a command; return the status and what was answered."""
    wanted = variables_in(line.command) - set(variables)
    assert not wanted, f"nobody says what {wanted} are"
    command = line.command.replace("http://127.0.0.1:8000", url)
    # `-I` and `-i` print headers, `-o` and `-O` nothing: the status is the last line of whatever comes
    ran = subprocess.run(
        ["/bin/bash", "-c", command + " -w '\\n%{http_code}'"],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        cwd=folder,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    body, _, status = ran.stdout.rpartition("\n")
    return status, body


@pytest.fixture
def key(settings: Settings, store: Store) -> Callable[[str], str]:
    return key_maker(settings, store)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_does_what_the_page_says(
    page: str, settings: Settings, store: Store, key: Callable[[str], str], tmp_path: Path
) -> None:
    with served(settings) as url, Client(url, key("officer")) as officer:
        ground = Ground(url, settings, store, key, tmp_path)
        ground.person("wang")
        ran = 0
        for line in lines(page):
            variables = {**known(officer, line.command), **ground.variables(line.command, line.role)}
            if "$ETAG" in line.command:
                variables["ETAG"] = ground.etag(line.command, line.role, variables)
            status, body = run(line, url, variables, tmp_path)
            assert status.startswith(line.gives), f"{line.command}\n{status} {body}"
            ground.kept |= {name: json.loads(body)[field] for name, field in line.keeps.items()}
            ran += 1
        assert ran > 0


def test_a_line_that_needs_what_nobody_knows_fails() -> None:
    with pytest.raises(AssertionError, match="NOBODY"):
        run(Line("curl http://127.0.0.1:8000/$NOBODY", "anonymous", "2", {}), "http://127.0.0.1:1", {})


def asked(command: str) -> tuple[str, str]:
    """Return method and path of a command."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8000/v1(/[^ '\"?]*)", command)
    said = re.search(r" -X (\w+)", command)
    if said is not None:
        return said[1], path
    if re.search(r" (?:-I|--head) ", command):
        return "HEAD", path
    sends = re.search(r" (?:-d|--data(?!-urlencode)[a-z-]*|-F)[ =]", command)
    return ("POST" if sends else "GET"), path


def reached(method: str, path: str) -> str | None:
    """Return which operation answers, as the service finds it: the first route that fits."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if method in route.methods and route.path_regex.fullmatch(path):
                return route.operation_id
    return None


def test_every_route_has_a_command_and_every_command_a_route() -> None:
    own = {route.operation_id for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    commands = [line.command for page in PAGES for line in lines(page)]
    shown = {command: reached(*asked(command)) for command in commands}
    assert [command for command, found in shown.items() if found is None] == []
    assert own - set(shown.values()) == set()


def test_a_word_in_an_address_is_no_id() -> None:
    assert reached("GET", "/unlisted/map") == "unlisted.map"
    assert reached("GET", "/unlisted/$PLACE") == "unlisted.one"
    assert reached("GET", "/unlisted/$PLACE/inspect") is None
    assert asked("curl -X POST http://127.0.0.1:8000/v1/leads/$LEAD/undo?x=1") == ("POST", "/leads/$LEAD/undo")
    assert asked("curl -G http://127.0.0.1:8000/v1/leads --data-urlencode 'why=-d '")[0] == "GET"


def test_the_body_of_each_documented_decision_is_json() -> None:
    for line in lines("decide"):
        body = re.search(r"-d '(.*)'$", line.command)
        assert body is not None
        if line.gives == "2":
            json.loads(body[1])
