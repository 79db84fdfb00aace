"""Whatever the audit trail names by a code has words on the page of the settings."""

import ast
from pathlib import Path
from typing import get_args

import pytest

import api
from api.jobs.kinds import KINDS
from api.web.catalog import texts
from truckban.permitting.states import Action

ROOT = Path(api.__file__).parent
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}
_FREIGHT = [kind for kind in KINDS if kind in ("visits", "loads")]


def _called(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def _words(node: ast.AST) -> list[str]:
    """Return the strings that are constants within an expression."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _of_registry() -> list[str]:
    """Return the names of what is done to the registry of enterprises."""
    paths = [tree for path, tree in TREES.items() if path.parent.name == "enterprises"]
    return [word for tree in paths for call in _called(tree, "Act") for word in _words(call.args[0])]


def _of_unlisted() -> list[str]:
    tree = TREES[ROOT / "enterprises" / "unlisted_routes.py"]
    given = [call.args[-1] for call in _called(tree, "_act")]
    return ["undo", *(_words(each)[0] for each in given if isinstance(each, ast.Tuple))]


# what stands in the place of the part that is put in
PUT_IN = {
    "f'permit.{action}'": lambda: [f"permit.{action}" for action in get_args(Action)],
    "f'enterprises.{act.name}'": lambda: [f"enterprises.{name}" for name in _of_registry()],
    "f'unlisted.{name}'": lambda: [f"unlisted.{name}" for name in _of_unlisted()],
    "f'{kind}.create'": lambda: [f"{kind}.create" for kind in _FREIGHT],
    "f'{kind}.cancel'": lambda: [f"{kind}.cancel" for kind in _FREIGHT],
    "f'{self.name}.done'": lambda: [f"{kind}.done" for kind in _FREIGHT],
    "f'{self.name}.failed'": lambda: [f"{kind}.failed" for kind in _FREIGHT],
}


def _noted() -> set[str]:
    """Return the codes of everything that is put on record; a form that is not known here fails."""
    found: set[str] = set()
    for tree in TREES.values():
        for call in _called(tree, "note"):
            action = call.args[2]
            said = ast.unparse(action)
            found |= set(PUT_IN[said]()) if said in PUT_IN else {ast.literal_eval(action)}
    return found


def _actors() -> set[str]:
    """Return what parts of the program are called that act by themselves."""
    calls = [call for tree in TREES.values() for call in _called(tree, "Actor")]
    return {ast.literal_eval(call.args[0]) for call in calls if isinstance(call.args[0], ast.Constant)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_put_on_record_has_words_and_no_words_are_left_over(lang: str) -> None:
    said = texts("settings", lang)
    assert {key.removeprefix("did_") for key in said if key.startswith("did_")} == _noted()
    assert {key.removeprefix("actor_") for key in said if key.startswith("actor_")} == _actors()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_acts_are_never_called_the_same(lang: str) -> None:
    words = [text for key, text in texts("settings", lang).items() if key.startswith("did_")]
    assert sorted(words) == sorted(set(words))


def test_enough_is_found_to_be_believed() -> None:
    assert len(_noted()) > 80
    assert {"import", "sites", "restore"} <= set(_of_registry())
    assert sorted(_of_unlisted()) == ["dismiss", "inspect", "undo"]
