"""What the service refused, as an error."""

from collections.abc import Mapping
from typing import Any


class ClientProblem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request that the service did not do.

    Attributes:
        status: the HTTP status; 0 where the service could not be reached.
        code: a word for programs, such as `invalid` or `not_found`.
        title: a sentence for people, in the client's language.
        field: the first field at fault, None where there is none.
        errors: `{"field", "message"}` for each.
        body: all that was answered.
    """

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        """Keep the parts."""
        self.status = status
        self.body = dict(body)
        self.code = str(body.get("code", "http_error"))
        self.title = str(body.get("title", ""))
        self.errors: list[dict[str, str]] = list(body.get("errors") or ())
        self.field = self.errors[0]["field"] if self.errors else None
        place = "" if self.field is None else f"{self.field}: "
        super().__init__(f"{status} {self.code}: {place}{self.title}")
