"""Role x route as data: what is not in a table is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from ruamel.yaml import YAML

ROLES = ("anonymous", "driver", "enterprise", "reviewer", "officer", "auditor", "admin")
Reach = Literal["all", "own"]


@dataclass(frozen=True)
class Rule:
    """One route: the scope that a key needs, and how far each role reaches."""

    scope: str
    reach: dict[str, Reach]


@cache
def rules() -> dict[str, Rule]:
    """Return the rule of each route, by its operation id (`tables/*.yaml`).

    Raises:
        ValueError: a table that cannot be: an unknown role or reach, a route in two tables.
    """
    found: dict[str, Rule] = {}
    for file in sorted(resources.files("api.access").joinpath("tables").iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".yaml"):
            continue
        for route, row in YAML(typ="safe").load(file.read_text("utf-8")).items():
            reach = dict(row["allow"] or {})
            if (
                route in found
                or set(reach) - set(ROLES)
                or set(reach.values()) - {"all", "own"}
                or set(row) != {"scope", "allow"}
            ):
                raise ValueError(f"{file.name}: {route}")
            found[route] = Rule(row["scope"], reach)
    return found


def check_complete(routes: Iterable[str]) -> None:
    """Refuse to start where a route has no row, or a row no route.

    Raises:
        ValueError: with the names.
    """
    difference = set(routes) ^ set(rules())
    if difference:
        raise ValueError(f"routes and tables of access differ: {', '.join(sorted(difference))}")
