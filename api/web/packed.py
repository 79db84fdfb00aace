"""Smaller over the wire: telephones on a slow line are the first who use the pages."""

import gzip
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse

_WORTH_BYTES = 600
_SUFFIXES = frozenset({".css", ".js", ".mjs", ".svg", ".json", ".txt"})


def takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding lets an answer be gzip."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@cache
def packed_file(path: Path) -> bytes | None:
    """Return a static file as gzip, packed once; None where that is not worth it."""
    if path.suffix not in _SUFFIXES:
        return None
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    return packed if len(plain) > _WORTH_BYTES and len(packed) < len(plain) else None


def pack_page(request: Request, response: HTMLResponse) -> None:
    """Pack a page in place. For pages without secrets: the length of a packed page tells something of what is in it."""
    response.headers.add_vary_header("Accept-Encoding")
    if takes_gzip(request.headers.get("accept-encoding", "")):
        response.body = gzip.compress(bytes(response.body), 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
