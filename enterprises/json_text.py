"""JSON that others wrote: lists, sites, whole registries."""

import json
from typing import Any

from enterprises.errors import EnterpriseError, Text


def read_json(text: str, *, file: str) -> Any:  # noqa: ANN401
    """Return the value of a JSON file.

    Args:
        text: what stands in it.
        file: its name, for errors.

    Raises:
        EnterpriseError: it is not JSON, nested too deeply, or an object has a member twice, which is the error's field.
    """
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise EnterpriseError(
            Text(f"不是 JSON：第 {error.colno} 列", f"this is not JSON: column {error.colno}"),
            file=file,
            line=error.lineno,
        ) from None
    except RecursionError:
        raise EnterpriseError(Text("嵌套太深", "nested too deeply"), file=file) from None
    except EnterpriseError as error:
        raise EnterpriseError(error.text, file=file, field=error.field) from None


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object: RFC 8259 (section 4) leaves open what one means that has a name twice."""
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        name = next(name for name in names if names.count(name) > 1)
        raise EnterpriseError(
            Text(f"{name} 写了不止一次，不知道以哪个为准", f"`{name}` is there more than once: which is meant?"),
            field=name,
        )
    return found
