"""Lists and sites as files: what they would change, shown before anything is written, and written as it was shown."""

import datetime as dt
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.enterprises.service import written_safely
from api.traces.media import ending_of
from enterprises.draft import Draft
from enterprises.importing import Change, compared, with_list
from enterprises.list_tables import read_list
from enterprises.registry import Registry
from enterprises.site_files import read_sites, with_sites
from enterprises.sites import Site
from truckban.freight.enterprise_answers import told
from zones.errors import InputError
from zones.text import Text

LISTS = (".csv", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".json", ".txt", ".md")
SITES = (".csv", ".geojson", ".json")
_PACKED = (".xlsx", ".xlsm", ".xlsb", ".ods")
_JSON = (".json", ".geojson")
_MOST_UNPACKED = 200_000_000
# what the command line calls otherwise than an address does
_FIELDS = {"--rename": "query.rename", "issued": "query.issued", "id": "query.id"}
_SAID = {
    "issued": Text(
        "不知道名单从哪天起算：文中没有日期，请填写名单所署日期",
        "the day of the list is not known: the file has none; say which day the list bears",
    ),
}


@dataclass(frozen=True)
class Options:
    """What the caller says of a list.

    Attributes:
        said: title, doc_no, issuer, supervision_phone, issued, valid_from, stated_count; what is not said is not there.
        renamed: old official name to new one.
        list_id: the id of the list; from its number unless said.
    """

    said: Mapping[str, Any]
    renamed: Mapping[str, str]
    list_id: str | None = None


@dataclass(frozen=True)
class ListImport:
    """A list that was read, what it changes, and the registry with it."""

    draft: Draft
    change: Change
    after: Registry

    @property
    def facts(self) -> dict[str, int]:
        """How much it changes."""
        return {
            "added": len(self.change.added),
            "removed": len(self.change.removed),
            "renamed": len(self.change.renamed),
        }


def import_of(registry: Registry, content: bytes, file_name: str, options: Options) -> ListImport:
    """Read a list and set it beside the newest one of a registry.

    Raises:
        InputError: it cannot be read or taken in, with line and field.
    """
    _check(content, file_name, LISTS)
    try:
        with told(), _as_file(content, file_name) as path:
            draft = replace(read_list(path), **options.said)
            change = compared(registry, draft, renamed=options.renamed)
            after = with_list(registry, draft, renamed=options.renamed, list_id=options.list_id)
    except InputError as error:
        field = error.field or ""
        raise InputError(
            _SAID.get(field, error.text), file=error.file, line=error.line, field=_FIELDS.get(field, error.field)
        ) from None
    return ListImport(draft, change, after)


def sites_of(
    registry: Registry, content: bytes, file_name: str, said: Mapping[str, str | None]
) -> tuple[list[Site], Registry]:
    """Read sites, and return them with the registry that has them.

    Raises:
        InputError: as `read_sites`, with line and field.
    """
    _check(content, file_name, SITES)
    with told(), _as_file(content, file_name) as path:
        sites = read_sites(path, registry, said=said)
    return sites, with_sites(registry, sites)


def token_of(registry: Registry, after: Registry, content: bytes) -> str:
    """Return what stands for a preview: the same file, said and chosen alike, on the same registry."""
    digest = hashlib.sha256()
    for part in (str(registry.sha256).encode(), written_safely(after), content):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def renames_of(pairs: list[str]) -> dict[str, str]:
    """Return `old=new` as a mapping.

    Raises:
        InputError: one is written otherwise.
    """
    found = {}
    for number, pair in enumerate(pairs):
        before, equals, name = pair.partition("=")
        if not (before.strip() and equals and name.strip()):
            text = Text(f"更名应写作 旧名=新名：{pair}", f"a new name is written OLD=NEW: {pair}")
            raise InputError(text, field=f"query.rename.{number}")
        found[before.strip()] = name.strip()
    return found


def _check(content: bytes, file_name: str, endings: tuple[str, ...]) -> None:
    """Refuse files that no reader should be asked to open."""
    ending = ending_of(file_name)
    if ending not in endings:
        known = " ".join(endings)
        text = Text(f"文件名应以 {known} 之一结尾", f"a file name ends in one of {known}")
        raise InputError(text, file=file_name, field="query.file_name")
    if not content:
        raise InputError(Text("文件是空的", "the file is empty"), file=file_name, field="body")
    if ending in _PACKED:
        _check_packed(content, file_name)
    elif ending in _JSON:
        _check_json(content, file_name)
    elif ending != ".xls" and b"\0" in content:
        raise InputError(Text("文件不是文本", "the file is no text"), file=file_name, field="body")


def _check_packed(content: bytes, file_name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise InputError(Text("不是 Excel 文件", "this is no Excel file"), file=file_name, field="body") from None
    if size > _MOST_UNPACKED:
        raise InputError(Text("解压后太大", "it would be too large when unpacked"), file=file_name, field="body")


def _check_json(content: bytes, file_name: str) -> None:
    """Refuse JSON with characters that are no text; whether it is JSON at all the reader says."""
    try:
        told_ = json.dumps(json.loads(content), ensure_ascii=False)
        told_.encode()
    except UnicodeEncodeError:
        told_ = "\\u0000"
    except (ValueError, RecursionError):
        return
    if "\\u0000" in told_:
        raise InputError(
            Text("文件里有不是文字的字符", "the file has characters that are no text"), file=file_name, field="body"
        )


@contextmanager
def _as_file(content: bytes, name: str) -> Iterator[Path]:
    """Give bytes as a file of their own name, for the readers of the command line, while a block runs."""
    with tempfile.TemporaryDirectory(prefix="truckban-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def draft_json(found: ListImport) -> dict[str, Any]:
    """Return what a list says of itself."""
    document = found.after.lists[-1]
    return {
        "id": document.id,
        "title": document.title,
        "doc_no": document.doc_no,
        "issuer": document.issuer,
        "issued": document.issued,
        "valid_from": document.valid_from,
        "supervision_phone": document.supervision_phone,
        "count": len(document.lines),
        "stated_count": document.stated_count,
        "sha256": found.draft.sha256,
        "unused_columns": list(found.draft.unused),
    }


def change_json(change: Change, lang: str) -> dict[str, Any]:
    """Return what a list changes, as `truckban enterprise diff --json` says it."""
    return {
        "against": change.old.id if change.old else None,
        "added": list(change.added),
        "returned": list(change.returned),
        "removed": list(change.removed),
        "renamed": [
            {"enterprise": one.enterprise, "from": one.before, "to": one.name, "why": one.why.of(lang)}
            for one in change.renamed
        ],
        "perhaps_renamed": [
            {"from": one.before, "to": one.name, "score": one.score, "why": one.why.of(lang)} for one in change.likely
        ],
        "unchanged": len(change.kept) - len(change.renamed),
    }


def day_text(day: dt.date | None) -> str | None:
    """Return a day as files write it."""
    return None if day is None else day.isoformat()
