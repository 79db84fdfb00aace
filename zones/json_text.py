"""JSON that others wrote: where an object has a member twice, it is not clear what it says."""

import json
from typing import Any

from zones.errors import InputError
from zones.text import Text


def read_json(text: str, *, file: str | None) -> Any:  # noqa: ANN401
    """Return the value of a JSON file.

    Args:
        text: what stands in it.
        file: its name, for errors.

    Raises:
        InputError: it is not JSON, or an object has a member twice, which is the error's field.
    """
    try:
        return json.loads(text, object_pairs_hook=each_once)
    except json.JSONDecodeError as error:
        raise InputError(
            Text(f"不是可读的 JSON：{error.msg}", f"not readable as JSON: {error.msg}"), file=file, line=error.lineno
        ) from error
    except InputError as error:
        raise InputError(error.text, file=file, field=error.field) from None


def each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of a JSON object as such: the `object_pairs_hook` of whoever reads JSON that others wrote.

    RFC 8259 (section 4) leaves open what an object means that has a name twice; here it would be its last value, unsaid.

    Raises:
        InputError: a name is there twice; it is the field.
    """
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        name = next(name for name in names if names.count(name) > 1)
        raise InputError(
            Text(f"{name} 写了不止一次，不知道以哪个为准", f"`{name}` is there more than once: which is meant?"),
            field=name,
        )
    return found
