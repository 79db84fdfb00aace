"""A font of this system that has Chinese characters."""

from functools import cache
from pathlib import Path

from zones.errors import InputError
from zones.text import Text

# file names of the common fonts with simplified Chinese, the plainest first
_FILES = (
    "notosanscjk",
    "notosanssc",
    "sourcehansans",
    "wqy-microhei",
    "wqy-zenhei",
    "msyh",
    "pingfang",
    "stheiti",
    "simhei",
    "droidsansfallback",
    "notoserifcjk",
    "simsun",
    "songti",
)
_SIMPLIFIED = (" SC", " CN", "GB")
# the character 禁: a font without it has no Chinese
_SAMPLE = ord("禁")


@cache
def chinese_family() -> str:
    """Return the family name of a font with Chinese characters, known to matplotlib from then on.

    Raises:
        InputError: this system has none; the error names packages that bring one.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - of the extra `maps`

    files = {Path(name).name.lower(): name for name in sorted(font_manager.findSystemFonts())}
    for wanted in _FILES:
        paths = [path for name, path in files.items() if name.startswith(wanted)]
        known = len(font_manager.fontManager.ttflist)
        for path in paths:
            font_manager.fontManager.addfont(path)
        families = dict.fromkeys(face.name for face in font_manager.fontManager.ttflist[known:])
        for family in sorted(families, key=_preference):
            found = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
            if _SAMPLE in font_manager.get_font(found).get_charmap():
                return family
    raise InputError(
        Text(
            "本机没有中文字体，图上的路名画不出来；请安装一种，如 fonts-noto-cjk（Debian、Ubuntu）或 google-noto-sans-cjk-fonts（Fedora）",
            "no font with Chinese characters on this system, so street names cannot be drawn; install one: "
            "fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora)",
        ),
        field="font",
    )


def _preference(family: str) -> tuple[bool, bool, str]:
    return "Mono" in family, not any(family.endswith(mark) for mark in _SIMPLIFIED), family
