"""Read a zone's specification file (YAML 1.2) and say where it is wrong."""

from pathlib import Path

from pydantic import ValidationError

from zones.errors import InputError, not_readable
from zones.spec import ZoneSpec
from zones.text import Text
from zones.yaml_sayings import said
from zones.yaml_tree import located, read_tree

_BEGINS = Text(
    "区域说明应以 `zone: 名称` 开头，再写 edges", "a specification begins with `zone: NAME` and goes on with `edges`"
)


def read_spec(path: str | Path) -> ZoneSpec:
    """Read the YAML specification of a zone.

    Raises:
        InputError: the file cannot be read or is not YAML, or a field is missing, unknown or wrong; with the file, the
            line and the field.
    """
    file = str(path)
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise not_readable(file, error) from error
    tree = read_tree(file, text, _BEGINS)
    try:
        return ZoneSpec.model_validate(tree)
    except ValidationError as error:
        found = [(*located(tree, item["loc"]), said(item, ZoneSpec)) for item in error.errors(include_url=False)]
        line, field, says = min(found, key=lambda fault: fault[0])
        raise InputError(says, file=file, line=line, field=field) from None
