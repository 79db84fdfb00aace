"""The page of one permit: which roads, which hours, for whom, and the code that an officer scans; one file that asks the network for nothing.

It prints on one sheet of A4, for the truck's cab.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markupsafe import Markup

from truckban.hours import DAY_S, seconds
from truckban.moments import rfc3339
from truckban.norms import Notice
from truckban.permitting.certificate import Certificate
from truckban.permitting.qr import qr_svg
from truckban.report.permit_map import permit_map
from truckban.report.permit_words import said
from truckban.report.templating import asset, environment
from zones.zone import Zone

_HOURS = (0, 6, 12, 18, 24)
_KEY = 1


@dataclass(frozen=True, slots=True)
class Bar:
    """Hours on the strip of a day, in percent of its width."""

    left: float
    width: float
    text: str


def write_permit_page(
    path: Path,
    certificate: Certificate,
    text: str,
    zone: Zone,
    *,
    notice: Notice,
    lang: str,
    others: Sequence[Zone] = (),
) -> None:
    """Write the page of a permit as one self-contained HTML file; the same permit gives the same bytes.

    Args:
        path: the file; it is replaced.
        certificate: what it says.
        text: the same, signed: what the QR code holds.
        zone: of the notice, for the map.
        notice: whose ban it lifts, for the hours of the ban and the spelling of roads.
        lang: `zh` or `en`.
        others: further zones of the notice.
    """
    page = html(certificate, text, zone, notice=notice, lang=lang, others=others)
    path.write_text(page, encoding="utf-8", newline="\n")


def html(
    certificate: Certificate, text: str, zone: Zone, *, notice: Notice, lang: str, others: Sequence[Zone] = ()
) -> str:
    """Return the page of a permit; all that it says is taken as hostile and escaped. `others`: further zones of the notice."""
    lang = "zh" if lang == "zh" else "en"
    drawn = permit_map(certificate, zone, notice.road_name, others=others)
    spans = [span for window in notice.pack.windows.values() if window.mode == "during" for span in window.spans]
    return (
        environment()
        .get_template("permit.html")
        .render(
            lang=lang,
            html_lang="zh-CN" if lang == "zh" else "en",
            w=partial(said, lang),
            style=Markup(asset("colours.css") + asset("permit.css")),  # noqa: S704 - the program's own
            permit=certificate,
            issued=rfc3339(certificate.issued_at, certificate.timezone)[:16].replace("T", " "),
            title=notice.pack.title if notice.id == certificate.notice else certificate.notice,
            drawn=drawn,
            schematic=zone.grade == "schematic",
            zone=zone,
            allowed=list(bars(certificate.windows or ("00:00-24:00",))),
            banned=list(bars(dict.fromkeys(spans))),
            ticks=[(hour, round(100 * hour / 24, 3)) for hour in _HOURS],
            night=any(span[6:] < span[:5] for span in certificate.windows),
            code=Markup(qr_svg(text, title=certificate.permit_no)),  # noqa: S704 - drawn by segno, its title escaped
            # a page's address may stand before the text
            key=text.rpartition("#")[2].split(".")[_KEY] if text.rpartition("#")[2].count(".") > _KEY else "",
        )
    )


def bars(spans: Sequence[str] | dict[str, None]) -> Iterator[Bar]:
    """Yield hours as bars of a day; those over midnight as two."""
    for span in spans:
        low, high = seconds(span)
        pieces: list[tuple[int, int]] = [(low, high)] if low < high else [(low, DAY_S), (0, high)]
        for begin, end in pieces:
            yield Bar(round(100 * begin / DAY_S, 3), round(100 * (end - begin) / DAY_S, 3), span.replace("-", "–"))
