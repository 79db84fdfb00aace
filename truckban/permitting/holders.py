"""What a holder says of himself: a citizen's number and a telephone that can be. No sentence here repeats what was given.

The notice asks for neither, so both may be missing; but a wrong one is of no use to whoever has to find the holder.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from truckban.permitting.model import Holder
from zones.errors import InputError
from zones.text import Text

_CITIZEN = re.compile(r"[1-9]\d{5}(\d{4})(\d\d)(\d\d)\d{3}[\dX]", re.ASCII)
# GB 11643-1999, 4 and 5: ISO 7064 MOD 11-2 over 17 digits; by remainder
_CHECK = "10X98765432"
_MODULUS = 11
# ITU-T E.164, 6: at most 15 digits; local numbers in China have 7 or 8 without the area's code
_FEWEST, _MOST = 7, 15
_PHONE = re.compile(r"\+?\(?\d[\d ()-]*(?:(?:转|分机|ext\.?|x) ?\d{1,6})?", re.ASCII | re.IGNORECASE)
_NO_PHONE = Text(
    f"不是电话号码：应为 {_FEWEST} 到 {_MOST} 位数字，可写区号、+86、空格和 -",
    f"this is no telephone number: {_FEWEST} to {_MOST} digits, with an area's code, +86, spaces and - as you like",
)
_GB_11643 = Text("GB 11643-1999《公民身份号码》", "GB 11643-1999, citizens' identity numbers")
_E_164 = Text("ITU-T E.164 电信号码（最多 15 位）", "ITU-T E.164, numbers of telephones (15 digits at most)")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x) ?\d+$", re.IGNORECASE)


class Fault(NamedTuple):
    """What cannot be: the dotted field of the application, a sentence, and where that stands."""

    field: str
    text: Text
    source: Text


def faults_of(holder: Holder | None) -> Iterator[Fault]:
    """Yield what cannot be in what a holder says."""
    if holder is None:
        return
    if holder.id_no is not None and (text := _wrong_number(holder.id_no)) is not None:
        yield Fault("holder.id_no", text, _GB_11643)
    if holder.phone is not None and not _is_phone(holder.phone):
        yield Fault("holder.phone", _NO_PHONE, _E_164)


def check_holder(holder: Holder | None) -> None:
    """Refuse a holder of whom something cannot be.

    Raises:
        InputError: with the dotted field of the application.
    """
    for fault in faults_of(holder):
        raise InputError(fault.text, field=fault.field)


def _wrong_number(given: str) -> Text | None:
    """Return what is wrong with a citizen's number (GB 11643-1999): six digits of the place, eight of birth, three, one to check."""
    number = unicodedata.normalize("NFKC", given).strip().upper()
    found = _CITIZEN.fullmatch(number)
    if found is None:
        return Text(
            "公民身份号码应为 18 位：17 位数字加 1 位校验码（数字或 X）",
            "a citizen's identity number has 18 characters: 17 digits, and a digit or X to check them",
        )
    try:
        dt.date(*map(int, found.groups()))
    except ValueError:
        return Text("公民身份号码里的出生日期不存在", "the identity number's day of birth is on no calendar")
    # the weight of the i-th of 18 from the right is 2 ** (i - 1)
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    if _CHECK[total % _MODULUS] != number[-1]:
        return Text(
            "公民身份号码的校验码不对，请核对", "the identity number's last character does not check the others"
        )
    return None


def _is_phone(given: str) -> bool:
    number = unicodedata.normalize("NFKC", given).strip()
    digits = sum(char.isdigit() for char in _EXTENSION.sub("", number))
    return _PHONE.fullmatch(number) is not None and _FEWEST <= digits <= _MOST
