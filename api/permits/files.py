"""Files handed in with applications: what they are by their content, where they lie, what they are called.

They are kept under names that say nothing, in a folder that no web server looks into, and are only ever sent as downloads.
"""

import os
import re
import secrets
import time
from pathlib import Path
from urllib.parse import quote

from api.problems import Problem
from api.settings import Settings
from api.store.written import sync
from zones.text import Text

ATTACHMENTS_PATH = "/v1/attachments"
"""POST requests here have bodies of up to `Settings.attachment_bytes`."""
KINDS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
}
_LONGEST_NAME = 120
_DAY_S = 86_400.0
_HEAD, _TAIL = 1024, 65_557  # where the beginnings of documents, and the end of a ZIP, are looked for
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|script|svg|body|iframe|\?php)", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_PNG_END = b"IEND\xaeB`\x82"


def media_type(content: bytes) -> str:
    """Return what a file is, by its content alone.

    Raises:
        Problem: 422 for what is empty, none of the allowed kinds, cut off, or of two kinds at once.
    """
    import puremagic  # noqa: PLC0415 - only where files come in

    if not content:
        raise _refused("empty", Text("文件是空的", "the file is empty"))
    try:
        found: str = puremagic.magic_string(content)[0].mime_type
    except (puremagic.PureError, ValueError, IndexError):
        found = ""
    if found not in KINDS:
        raise _refused(
            "media_type",
            Text("只收 PDF、JPEG、PNG，按内容判断，不看文件名", "PDF, JPEG and PNG only, by content, not name"),
        )
    if (found == "application/pdf" and _PDF_END not in content[-_HEAD:]) or (
        found == "image/png" and not content.rstrip(b"\0").endswith(_PNG_END)
    ):
        raise _refused(
            "cut_off", Text("文件不完整，或后面附有别的内容", "the file is cut off, or something is behind it")
        )
    head = content[:_HEAD]
    other = _MARKUP.search(head) or _ZIP_END in content[-_TAIL:]
    if other or (found != "application/pdf" and _PDF in head):
        raise _refused("two_kinds", Text("这个文件同时是两种格式，不能收", "the file is of two kinds at once"))
    return found


def _refused(code: str, text: Text) -> Problem:
    return Problem(422, code, text, errors=[("body", text)])


def shown_name(given: str, media: str) -> str:
    """Return a file's name as text: the last part alone, nothing that moves in folders, the ending of what it is."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    plain = plain[-_LONGEST_NAME:] or "attachment"
    endings = KINDS[media]
    return plain if plain.lower().endswith(endings) else plain + endings[0]


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that is sent as a download."""
    return {
        "Content-Disposition": disposition(name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


def shown_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that a page of this service shows: nothing in it may load or run anything.

    Pictures stand in an `img`; a PDF is drawn by the browser's own viewer in a frame, which this service alone may make.
    """
    return {
        "Content-Disposition": disposition(name, shown=True),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
    }


def disposition(name: str, *, shown: bool = False) -> str:
    """Return the header that makes an answer a download under a name (RFC 6266)."""
    ascii_ = "".join(char if (char.isascii() and char.isalnum()) or char in "._-" else "_" for char in name)
    kind = "inline" if shown else "attachment"
    return f"{kind}; filename=\"{ascii_}\"; filename*=UTF-8''{quote(name, safe='')}"


def folder(settings: Settings) -> Path:
    """Return where the files are."""
    return settings.data_dir / "attachments"


def keep(settings: Settings, content: bytes) -> str:
    """Write a file so that it lasts; return its path below the folder.

    Raises:
        Problem: 507 where there is no space.
    """
    name = secrets.token_hex(16)
    path = f"{name[:2]}/{name[2:]}"
    full = folder(settings) / path
    try:
        full.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            full.unlink(missing_ok=True)
            raise
        sync(full.parent)
    except OSError:
        text = Text("服务器磁盘写不进去，请稍后再试", "the server's disk takes no more; try again later")
        raise Problem(507, "no_space", text, headers={"Retry-After": "60"}) from None
    return path


def remove(settings: Settings, path: str) -> None:
    """Remove a file that nothing names any more."""
    (folder(settings) / path).unlink(missing_ok=True)


def old_beside(settings: Settings, path: str) -> list[str]:
    """Return the files of a day ago and before that lie beside one: those that no row names were left by a crash."""
    before = time.time() - _DAY_S
    found = []
    for each in (folder(settings) / path).parent.iterdir():
        try:
            if each.stat().st_mtime < before:
                found.append(f"{each.parent.name}/{each.name}")
        except FileNotFoundError:  # another request was here first
            continue
    return found


def read(settings: Settings, path: str) -> bytes:
    """Return a file.

    Raises:
        Problem: 410; the store names it, the disk has lost it.
    """
    try:
        return (folder(settings) / path).read_bytes()
    except FileNotFoundError:
        text = Text("这个附件的文件丢失了", "the file of this attachment is lost")
        raise Problem(410, "gone", text) from None
