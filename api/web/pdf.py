"""From a page to a PDF file."""

from api.problems import Problem
from zones.text import Text

NONE = Text(
    "这台服务器不能生成 PDF：请安装 truckban[pdf] 和系统库 Pango（libpango-1.0-0、libpangoft2-1.0-0）",
    "this server cannot make PDF files: install truckban[pdf] and the system library Pango (libpango-1.0-0, libpangoft2-1.0-0)",
)


def pdf_of(html: str) -> bytes:
    """Return a page of HTML as PDF; it may ask neither the network nor the disk for anything.

    Raises:
        Problem: 503 where the library or what it needs of the system is not there.
    """
    try:
        # takes a second to import, and needs libraries of the system
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError):
        raise Problem(503, "no_pdf", NONE) from None

    return bytes(HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf())
