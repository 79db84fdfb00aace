"""Passwords: kept as argon2id, and which are too easy (NIST SP 800-63B, 3.1.1.2: length and common words, no composition)."""

import secrets
import threading
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zones.text import Text

LEAST, MOST = 12, 200
_SURPRISES = 8
_HASHER = PasswordHasher(memory_cost=47_104, time_cost=1, parallelism=1)  # OWASP's first choice: 46 MiB, one core
_AT_ONCE = threading.BoundedSemaphore(4)  # each takes 46 MiB
NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$0YBlGjGyccwkpKGMPlPYRg$2a7YaItZERbxsM+s/qHOfWm8cceFHgnlKsmtOVozrH0"
"""The hash of a password that nobody has: an unknown login must cost as much as a known one."""
_WORDS = (
    *("password", "passwort", "passw", "admin", "administrator", "welcome", "letmein", "login", "master", "monkey"),
    *("dragon", "iloveyou", "princess", "sunshine", "football", "baseball", "superman", "trustno", "whatever"),
    *("changeme", "default", "secret", "hello", "access", "computer", "internet", "shadow", "michael", "woaini"),
    *("mima", "wodemima", "zhongguo", "china", "shanxi", "yuncheng", "linyi", "jiaojing", "police", "traffic"),
    *("truckban", "truck", "huoche", "tongxingzheng", "officer", "reviewer", "auditor", "driver", "enterprise"),
)
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_NEXT = {pair for row in (*_ROWS, *_COLUMNS) for pair in pairwise(row)}
_LEET = str.maketrans("@4310$57!", "aaeiosstx")


def keep(password: str) -> str:
    """Return what is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def fits(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one that is kept; it takes as long where there is none."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or NOBODYS, _normal(password))
        except (VerificationError, InvalidHashError):
            return False


def is_dated(kept: str) -> bool:
    """Tell whether a password should be kept anew, with the settings of today."""
    return _HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """Return a password that nobody chose: 100 random bits, in letters that are not taken for one another."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def weakness(password: str, *, login: str) -> Text | None:
    """Say why a password will not do; None where it will.

    There are no rules of composition. What counts is how much of it is no common word, no login, no repetition and no
    run along the alphabet, the figures or the keys: at least 8 characters.
    """
    length = len(_normal(password))
    if length < LEAST:
        return Text(f"密码至少 {LEAST} 个字符", f"a password has at least {LEAST} characters")
    if length > MOST:
        return Text(f"密码最多 {MOST} 个字符", f"a password has at most {MOST} characters")
    told = _normal(password).casefold()
    if min(_surprises(told, login), _surprises(told.translate(_LEET), login)) < _SURPRISES:
        return Text(
            "这个密码太常见：请不要用常见单词、登录名、重复或顺序的字符",
            "this password is too common: no common words, login, repeated or consecutive characters",
        )
    return None


def _surprises(told: str, login: str) -> int:
    """Return how many characters do not follow from what stands before them."""
    for word in sorted({*_WORDS, *filter(None, login.casefold().replace("@", ".").split("."))}, key=len, reverse=True):
        if len(word) > 3:  # noqa: PLR2004  (shorter ones are in anything)
            told = told.replace(word, "\0")
    half = len(told) // 2
    if told[:half] == told[half : 2 * half]:
        told = told[half:]
    pairs = pairwise(told)
    runs = sum(one == two or (one, two) in _NEXT or (two, one) in _NEXT for one, two in pairs)
    return min(len(told) - runs, 2 * len(set(told)))


def _normal(password: str) -> str:
    """Return one spelling of what keyboards spell in several ways (RFC 8265)."""
    return unicodedata.normalize("NFKC", password)
