"""What the pages say, in both languages."""

from functools import cache
from importlib import resources

from ruamel.yaml import YAML


@cache
def texts(page: str, lang: str) -> dict[str, str]:
    """Return a page's sentences (`texts/<page>.yaml` upon `texts/common.yaml`) in one language.

    A page `desk_lead` also has the sentences of the page `desk` that it belongs to.

    Raises:
        ValueError: a key that lacks a language.
    """
    found: dict[str, str] = {}
    folder = resources.files("api.web").joinpath("texts")
    for name in dict.fromkeys(("common", page.partition("_")[0], page)):
        file = folder.joinpath(f"{name}.yaml")
        if not file.is_file():
            continue
        for key, row in (YAML(typ="safe").load(file.read_text("utf-8")) or {}).items():
            if set(row) != {"zh", "en"} or not all(isinstance(text, str) and text for text in row.values()):
                raise ValueError(f"{name}.yaml: {key}")
            found[key] = row[lang]
    return found
