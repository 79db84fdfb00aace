"""Templates, styles and scripts of the pages; everything that is put into a page is escaped."""

import marshal
from collections.abc import MutableMapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import jinja2
from jinja2 import BaseLoader, Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from truckban.kept import kept
from truckban.report.phrases import say


def asset(name: str) -> str:
    """Return the text of a file of `templates/`."""
    return files("truckban.report").joinpath("templates", name).read_text("utf-8")


class _Pages(BaseLoader):
    """Templates, compiled once and kept as the program's own byte code is."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's
    ) -> Template:
        """Return a template of `templates/`."""
        source = asset(name)
        code = kept(
            f"page-{name}",
            (source, jinja2.__version__),
            lambda: marshal.dumps(environment.compile(source, name)),
            packages=("truckban.report",),
        )
        page = environment.template_class.from_code(environment, marshal.loads(code), globals or {})  # noqa: S302
        page.root_render_func.__globals__["escape"] = _escaped
        return page


_text_escaped = lru_cache(maxsize=1024)(escape)
_NUMBERS = (int, float)


def _escaped(value: Any) -> str:  # noqa: ANN401
    """Escape as templates do; the same few texts come again and again, and making Markup takes ten times as long as looking one up."""
    kind = type(value)
    if kind is str:
        return _text_escaped(value)
    if kind in _NUMBERS:
        return str(value)
    return value if kind is Markup else escape(value)


@cache
def environment() -> Environment:
    """Return the templates; a name that is not given is an error."""
    found = Environment(
        loader=_Pages(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return found


def said(lang: str, key: str, **values: object) -> str:
    """Return a sentence; for templates, the language first."""
    return say(key, lang, **values)
