"""Which methods an address takes: told with every 405, also where a word stands in an address in which others have an id."""

from collections.abc import Iterable, Mapping

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from api.problems import METHOD_NOT_ALLOWED, NO_METHOD, Problem


class Methods(BaseRoute):
    """The first of all routes: takes what asks an address for a method that it has not, and refuses it.

    Without it `PUT /permits/mine` would be a change of the permit whose id is `mine`, and a 405 would name the methods of one
    of several routes of an address (RFC 9110, section 15.5.6: all of them).
    """

    def __init__(self, routes: Iterable[APIRoute], prefix: str) -> None:
        """Gather the methods of each address."""
        taken: dict[str, set[str]] = {}
        first: dict[str, APIRoute] = {}
        for route in routes:
            taken.setdefault(route.path, set()).update(route.methods or ())
            first.setdefault(route.path, route)
        self._words: Mapping[str, frozenset[str]] = {
            prefix + path: frozenset(taken[path]) for path in taken if "{" not in path
        }
        self._shapes = [(first[path].path_regex, frozenset(taken[path])) for path in taken if "{" in path]
        self._prefix = prefix

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match what is to be refused: of addresses with ids, the routes find that themselves."""
        if scope["type"] == "http" and (methods := self._words.get(scope["path"])) and scope["method"] not in methods:
            return Match.FULL, {}
        return Match.NONE, {}

    def allowed(self, path: str) -> frozenset[str]:
        """Return the methods of an address; none where there is nothing."""
        if (words := self._words.get(path)) is not None:
            return words
        rest = path.removeprefix(self._prefix)
        if rest == path:
            return frozenset()
        return next((methods for shape, methods in self._shapes if shape.fullmatch(rest)), frozenset())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Refuse.

        Raises:
            Problem: 405 with what the address takes.
        """
        headers = {"Allow": ", ".join(sorted(self.allowed(scope["path"])))}
        raise Problem(METHOD_NOT_ALLOWED, "method_not_allowed", NO_METHOD, headers=headers)
