"""A text as a QR code (ISO/IEC 18004), drawn as SVG."""

from zones.errors import InputError
from zones.text import Text

# M restores 15 % of what a crease or dirt hides
_ERROR = "m"
_BORDER = 4


def qr_svg(text: str, *, title: str = "") -> str:
    """Return an SVG element for a page: black on white with the quiet zone of four modules, sized by its `viewBox`.

    Raises:
        InputError: the text is more than a QR code holds.
    """
    import segno  # noqa: PLC0415 - extra `service`

    try:
        code = segno.make_qr(text, error=_ERROR, boost_error=False)
    except segno.DataOverflowError:
        raise InputError(Text("二维码放不下", "this is more than a QR code holds"), field="text") from None
    return str(
        code.svg_inline(
            border=_BORDER, dark="#000", light="#fff", omitsize=True, title=title or None, svgclass="qr", lineclass=None
        )
    )
