"""Role x route as data: what is not in a table is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from ruamel.yaml import YAML

ROLES = ("anonymous", "driver", "enterprise", "reviewer", "officer", "auditor", "admin")
PERSON = "session"  # the scope that no key has: for what a person must be signed in
Reach = Literal["all", "own"]


PLATES = "plates"
"""The scope of no route: a key without it is shown plates masked."""
WITH_PLATES = frozenset(("officer", "reviewer", "auditor"))
"""Who cannot do their work without plates. An admin looks after accounts and machines, which takes none."""


@dataclass(frozen=True)
class Rule:
    """One route.

    Attributes:
        scope: what a key needs; `session` for what no key may.
        reach: how far each role reaches; a role that is not in it may not.
        asks: a POST that only asks and changes nothing.
    """

    scope: str
    reach: dict[str, Reach]
    asks: bool = False


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
        for route, row in (YAML(typ="safe").load(file.read_text("utf-8")) or {}).items():
            if route in found:
                raise ValueError(f"{file.name}: {route} stands in two tables")
            found[route] = _rule(f"{file.name}: {route}", row)
    return found


def _rule(where: str, row: dict[str, object]) -> Rule:
    allow = row.get("allow") or {}
    scope, asks = row.get("scope"), row.get("asks", False)
    if set(row) - {"asks"} != {"scope", "allow"} or not isinstance(allow, dict):
        raise ValueError(f"{where}: a row has scope, allow and, where a POST only asks, asks")
    if set(allow) - set(ROLES) or set(allow.values()) - {"all", "own"}:
        raise ValueError(f"{where}: allow has roles with all or own")
    if not isinstance(scope, str) or not isinstance(asks, bool):
        raise ValueError(f"{where}: scope is a word, asks is true or false")  # noqa: TRY004  (of the file, not of a call)
    return Rule(scope, dict(allow), asks)


def scopes_of(role: str) -> frozenset[str]:
    """Return the scopes that a key of a role may have."""
    of_routes = {rule.scope for rule in rules().values() if role in rule.reach} - {PERSON}
    return frozenset(of_routes | ({PLATES} if role in WITH_PLATES else set()))


def check_complete(routes: Iterable[str]) -> None:
    """Refuse to start where a route has no row. A row without a route lets nobody do anything; a test looks for those.

    Raises:
        ValueError: with the names.
    """
    if missing := set(routes) - set(rules()):
        raise ValueError(f"routes without a row in the tables of access: {', '.join(sorted(missing))}")
