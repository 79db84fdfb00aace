"""Templates, styles and scripts of the pages; everything that is put into a page is escaped."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from truckban.report.phrases import say


def asset(name: str) -> str:
    """Return the text of a file of `templates/`."""
    return files("truckban.report").joinpath("templates", name).read_text("utf-8")


@cache
def environment() -> Environment:
    """Return the templates; a name that is not given is an error."""
    found = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return found


def said(lang: str, key: str, **values: object) -> str:
    """Return a sentence; for templates, the language first."""
    return say(key, lang, **values)
