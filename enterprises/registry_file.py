"""A registry as a file: JSON, the same registry the same bytes; what comes with the program."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from enterprises.codes import read_code
from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import bytes_of
from enterprises.json_text import read_json
from enterprises.registry import Act, Alias, Enterprise, ListDocument, Listed, Registry, Source
from enterprises.sites import Site, read_crs, read_geometry

FORMAT = "truckban-enterprises-1"
DEFAULT = "linyi"


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the names of the registries that come with the program."""
    data = resources.files("enterprises") / "data"
    return tuple(
        sorted(
            file.name.removesuffix(".registry.json") for file in data.iterdir() if file.name.endswith(".registry.json")
        )
    )


@cache
def builtin_registry(name: str = DEFAULT) -> Registry:
    """Return a registry that comes with the program; it is never written to."""
    if name not in builtin_names():
        known = ", ".join(builtin_names())
        raise EnterpriseError(
            Text(
                f"没有内置企业名录 {name}；有：{known}；或给出 .json 文件",
                f"there is no built-in registry {name}; there are: {known}; or name a .json file",
            )
        )
    file = resources.files("enterprises") / "data" / f"{name}.registry.json"
    return parse_registry(file.read_bytes(), file=f"{name}.registry.json")


def registry_named(name: str | None) -> Registry:
    """Return a built-in registry by its name, or the one in a file; the built-in default for None."""
    if name is None:
        return builtin_registry()
    return read_registry(Path(name)) if name.endswith(".json") or "/" in name else builtin_registry(name)


def read_registry(path: Path) -> Registry:
    """Read a registry.

    Raises:
        EnterpriseError: no such file, not JSON, or not a registry, with the field.
    """
    return parse_registry(bytes_of(path), file=path.name)


def parse_registry(data: bytes, *, file: str) -> Registry:
    """Return the registry that a file's bytes hold.

    Raises:
        EnterpriseError: with the file, and the line or field.
    """
    try:
        tree = read_json(data.decode("utf-8-sig"), file=file)
    except UnicodeDecodeError:
        raise EnterpriseError(Text("不是 UTF-8 编码的 JSON", "this is not JSON in UTF-8"), file=file) from None
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise EnterpriseError(
            Text(f'不是企业名录：缺少 "format": "{FORMAT}"', f'this is no registry: it lacks "format": "{FORMAT}"'),
            file=file,
        )
    try:
        registry = _registry(tree, hashlib.sha256(data).hexdigest())
    except EnterpriseError as error:
        raise EnterpriseError(error.text, file=file, field=error.field) from None
    return registry


def written(registry: Registry) -> bytes:
    """Return a registry as the bytes of its file."""
    tree = {
        "format": FORMAT,
        "place": registry.place,
        "slug": registry.slug,
        "invented": registry.invented,
        "lists": [_list_tree(document) for document in registry.lists],
        "enterprises": [_enterprise_tree(one) for one in registry.enterprises.values()],
        "sites": [_site_tree(site) for site in registry.sites],
    }
    if registry.withdrawn:
        tree["withdrawn"] = [_list_tree(document) for document in registry.withdrawn]
    if registry.acts:
        tree["acts"] = [asdict(act) | {"date": act.date.isoformat()} for act in registry.acts]
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


def _list_tree(document: ListDocument) -> dict[str, Any]:
    source = document.source
    return {
        "id": document.id,
        "title": document.title,
        "doc_no": document.doc_no,
        "issuer": document.issuer,
        "issued": document.issued.isoformat(),
        "valid_from": document.valid_from.isoformat(),
        "stated_count": document.stated_count,
        "supervision_phone": document.supervision_phone,
        "source": {"file": source.file, "sha256": source.sha256, "text_sha256": source.text_sha256},
        "note": None if document.note is None else {"zh": document.note.zh, "en": document.note.en},
        "names": [
            {"enterprise": line.enterprise, "name": line.name}
            | ({"credit_code": line.credit_code} if line.credit_code else {})
            for line in document.lines
        ],
    }


def _enterprise_tree(one: Enterprise) -> dict[str, Any]:
    aliases = [{"name": alias.name, "source": alias.source, "date": alias.date.isoformat()} for alias in one.aliases]
    return {
        "id": one.id,
        **({"credit_code": one.credit_code} if one.credit_code else {}),
        **({"aliases": aliases} if aliases else {}),
    }


def _site_tree(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "enterprise": site.enterprise,
        "name": site.name,
        "geometry": site.geometry,
        "crs": site.crs,
        "radius_m": site.radius_m,
        "source": site.source,
        "date": site.date.isoformat(),
        "invented": site.invented,
    }


def _registry(tree: Mapping[str, Any], sha256: str) -> Registry:
    enterprises = [_enterprise(item) for item in _items(tree, "enterprises")]
    if len({one.id for one in enterprises}) != len(enterprises):
        raise EnterpriseError(Text("企业编号重复", "two enterprises have one id"), field="enterprises")
    return Registry(
        place=_text(tree, "place"),
        slug=_text(tree, "slug"),
        invented=bool(tree.get("invented")),
        lists=tuple(_document(item) for item in _items(tree, "lists")),
        enterprises={one.id: one for one in enterprises},
        sites=tuple(_site(item) for item in _items(tree, "sites")),
        withdrawn=tuple(_document(item) for item in _items(tree, "withdrawn")),
        acts=tuple(_act(item) for item in _items(tree, "acts")),
        sha256=sha256,
    )


def _document(item: Mapping[str, Any]) -> ListDocument:
    source, note = item.get("source"), item.get("note")
    if not isinstance(source, Mapping):
        raise EnterpriseError(Text("缺少来源 source", "the source is missing"), field="lists.source")
    lines = tuple(Listed(_text(line, "enterprise"), _text(line, "name"), _code(line)) for line in _items(item, "names"))
    count = item.get("stated_count")
    if isinstance(count, int) and count != len(lines):
        raise EnterpriseError(
            Text(
                f"写的是 {count} 家，名单有 {len(lines)} 个名称",
                f"it says {count}, and the list has {len(lines)} names",
            ),
            field="lists.stated_count",
        )
    return ListDocument(
        id=_text(item, "id"),
        title=_text(item, "title"),
        doc_no=_maybe(item, "doc_no"),
        issuer=_maybe(item, "issuer"),
        issued=_date(item, "issued"),
        valid_from=_date(item, "valid_from"),
        stated_count=count if isinstance(count, int) else None,
        supervision_phone=_maybe(item, "supervision_phone"),
        source=Source(_text(source, "file"), _text(source, "sha256"), _maybe(source, "text_sha256")),
        note=Text(_text(note, "zh"), _text(note, "en")) if isinstance(note, Mapping) else None,
        lines=lines,
    )


def _act(item: Mapping[str, Any]) -> Act:
    return Act(_text(item, "act"), _text(item, "subject"), _text(item, "by"), _date(item, "date"), _text(item, "why"))


def _enterprise(item: Mapping[str, Any]) -> Enterprise:
    aliases = tuple(
        Alias(_text(alias, "name"), _text(alias, "source"), _date(alias, "date")) for alias in _items(item, "aliases")
    )
    return Enterprise(_text(item, "id"), _code(item), aliases)


def _site(item: Mapping[str, Any]) -> Site:
    radius = item.get("radius_m")
    return Site(
        id=_text(item, "id"),
        enterprise=_text(item, "enterprise"),
        geometry=read_geometry(item.get("geometry")),
        crs=read_crs(item.get("crs")),
        source=_text(item, "source"),
        date=_date(item, "date"),
        radius_m=float(radius) if isinstance(radius, (int, float)) else None,
        name=_maybe(item, "name"),
        invented=bool(item.get("invented")),
    )


def _code(item: Mapping[str, Any]) -> str | None:
    return read_code(item["credit_code"]) if item.get("credit_code") else None


def _items(tree: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = tree.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise EnterpriseError(Text(f"{key} 应为对象的列表", f"{key} is a list of objects"), field=key)
    return value


def _maybe(item: Mapping[str, Any], key: str) -> str | None:
    return None if item.get(key) is None else _text(item, key)


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise EnterpriseError(Text(f"缺少 {key}", f"{key} is missing"), field=key)
    return value


def _date(item: Mapping[str, Any], key: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(item.get(key)))
    except ValueError:
        raise EnterpriseError(
            Text(f"{key} 应为日期，如 2023-05-25", f"{key} is a day, such as 2023-05-25"), field=key
        ) from None
