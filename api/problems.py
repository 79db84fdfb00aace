"""Errors as `application/problem+json` (RFC 9457), in the caller's language, with the field."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.value_words import value_words
from api.without_options import without_options
from zones.errors import InputError
from zones.text import Text

MEDIA = "application/problem+json"
METHOD_NOT_ALLOWED = 405
NO_METHOD = Text("这个地址不支持这种请求", "this address does not take that method")


class Problem(Exception):  # noqa: N818  (the word of RFC 9457)
    """A request that cannot be done, and why.

    Args:
        status: the HTTP status.
        code: a word for programs; `type` is `/problems/<code>`.
        text: a sentence for people.
        errors: `{"field", "message": Text}` for each field at fault.
        headers: headers of the answer.
        more: further members.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: Text,
        *,
        errors: Sequence[tuple[str, Text]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the parts."""
        self.status = status
        self.code = code
        self.text = text
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})
        super().__init__(text.en)

    def body(self, lang: str) -> dict[str, Any]:
        """Return the problem's members."""
        told: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.text.of(lang),
            "status": self.status,
            "code": self.code,
        }
        if self.errors:
            told["errors"] = [{"field": field, "message": text.of(lang)} for field, text in self.errors]
        return {**told, **self.more}


class _ProblemJson(JSONResponse):
    """Names what was sent by the names that were sent, half a surrogate pair among them: it stays its escape."""

    media_type = MEDIA

    def render(self, content: Any) -> bytes:  # noqa: ANN401
        told = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return told.encode("utf-8", "backslashreplace")


def not_found() -> NoReturn:
    """Say that there is no such thing: also where there is one that the caller may not see."""
    raise Problem(404, "not_found", Text("没有这一项", "there is no such thing"))


def wrong_field(field: str, text: Text) -> Problem:
    """Return what is wrong with a field of the body, by its dotted path."""
    return Problem(422, "invalid", text, errors=[(f"body.{field}", text)])


def language_of(request: Request) -> str:
    """Return `zh` or `en`: `?lang=`, else the page's switch, else the first of the two in Accept-Language, else Chinese."""
    for asked in (request.query_params.get("lang"), request.cookies.get("lang")):
        if asked in ("zh", "en"):
            return asked
    for part in request.headers.get("accept-language", "").split(","):
        word = part.strip()[:2].lower()
        if word in ("zh", "en"):
            return word
    return "zh"


def answer_problem(request: Request, problem: Problem) -> Response:
    """Return a problem as an answer: to a person who asked for a page, as a page."""
    as_page = getattr(request.app.state, "answer_page", None)
    if as_page is not None and (shown := as_page(request, problem)) is not None:
        answer: Response = shown
        return answer
    lang = language_of(request)
    headers = {"Content-Language": "zh-CN" if lang == "zh" else "en", **problem.headers}
    return _ProblemJson(problem.body(lang), status_code=problem.status, headers=headers)


def of_input(error: InputError, status: int = 422) -> Problem:
    """Return an error of what was handed in as a problem."""
    field = error.field or ("body" if error.line is None else f"line {error.line}")
    text = without_options(error.text)
    return Problem(status, "invalid", text, errors=[(field, text)])


def no_json(error: InputError) -> Problem:
    """Return what is wrong with a body that cannot be read at all."""
    return Problem(400, "invalid_json", error.text, errors=[("body", error.text)])


def install(app: FastAPI, allowed: Callable[[str], Collection[str]]) -> None:
    """Have an application answer every error as a problem.

    Args:
        app: the application.
        allowed: returns the methods of an address; none where it knows nothing of it.
    """

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101
        return answer_problem(request, error)

    async def on_input(request: Request, error: Exception) -> Response:
        assert isinstance(error, InputError)  # noqa: S101
        return answer_problem(request, of_input(error))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [(".".join(str(part) for part in fault["loc"]), value_words(fault)) for fault in error.errors()]
        text = Text("请求里有不能用的值", "the request has values that cannot be used")
        return answer_problem(request, Problem(422, "invalid", text, errors=errors))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if isinstance(error.__cause__, InputError):  # of a body, which the framework calls an error of parsing
            return answer_problem(request, no_json(error.__cause__))
        known = {
            404: ("not_found", Text("没有这一项", "there is no such thing")),
            METHOD_NOT_ALLOWED: ("method_not_allowed", NO_METHOD),
        }
        code, text = known.get(error.status_code, ("http_error", Text("请求不能处理", str(error.detail))))
        headers = dict(error.headers or {})
        if error.status_code == METHOD_NOT_ALLOWED and (methods := allowed(request.url.path)):
            headers["Allow"] = ", ".join(sorted(methods))
        return answer_problem(request, Problem(error.status_code, code, text, headers=headers))

    async def on_fault(request: Request, _error: Exception) -> Response:
        text = Text("服务内部出错，已记入日志", "an error inside the service; it is in the log")
        return answer_problem(request, Problem(500, "internal", text))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(InputError, on_input)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_fault)
