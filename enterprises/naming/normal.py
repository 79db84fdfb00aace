"""A name without what is only its writing: width, brackets, spaces, traditional and variant characters."""

import re
import unicodedata
from functools import cache, lru_cache

from enterprises.naming.tables import pairs, table

_BRACKETS = str.maketrans(dict.fromkeys("〔[【「『﹝〖<《{", "(") | dict.fromkeys("〕]】」』﹞〗>》}", ")"))
# spaces, points between words, quotes, dashes; and what a scan leaves between characters
_NOTHING = re.compile(r"[\s\u200b-\u200f\u2060\ufeff·•・‧∙.,，。、;；:：'\"“”‘’`_\-—–~～*#|/\\]+")
# what a form prints before the name
_LABEL = re.compile(r"^\s*(?:发货|装货|托运|源头|企业|单位)?(?:单位|企业|厂家|厂商|公司)?(?:名称)?\s*:")
_CODED = re.compile(r"[0-9a-z]{8,}$|(?<=\D)1\d{10}|(?<=\D)0\d{2,3}\d{7,8}")


@lru_cache(maxsize=50_000)
def bracketed(name: str) -> str:
    """Return a name in one width and one kind of character, without spaces and points, its brackets as ( and )."""
    text = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    return _NOTHING.sub("", _LABEL.sub("", text)).translate(pairs("traditional", "variant")).casefold()


def normal(name: str) -> str:
    """Return what two writings of one name have in common, brackets left out."""
    return bracketed(name).replace("(", "").replace(")", "")


def without_contacts(text: str) -> str:
    """Return a normal name without a telephone or account number that was written behind it."""
    return _CODED.sub("", text)


def without_noise(text: str) -> str:
    """Return a bracketed name without what stands around names on slips: (盖章), 院内."""
    return _noise().sub("", text)


@cache
def _noise() -> re.Pattern[str]:
    words = "|".join(sorted(table("words")["noise"], key=len, reverse=True))
    return re.compile(rf"\((?:{words}|原[^()]*)\)|(?<=..)(?:{words})$")


def looked_alike(text: str) -> str:
    """Return a text with every character that can only be a misreading as what it was misread from."""
    return text.translate(pairs("alike"))
