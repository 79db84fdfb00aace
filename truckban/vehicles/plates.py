"""Number plates (机动车号牌): read, checked against the patterns of GA 36, and the digit that tail-number rules use.

Plates are personal data: a message shows the first two characters at most.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from truckban.vehicles.plate_colors import COLOR_CODES, COLOR_WORDS, read_color
from truckban.vehicles.terms import normalise
from zones.errors import InputError
from zones.text import Text

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
ENDINGS = ("应急", "挂", "学", "警", "港", "澳", "领", "使", "试", "超", "临")

_BETWEEN = r"[·•‧∙⋅・･.\-_‐‑–—]"
_LETTER = "A-HJ-NP-Z"
_between = re.compile(_BETWEEN)
_SERIAL = f"[{_LETTER}0-9]"
_AREA = f"[{PROVINCES}][{_LETTER}]"
_OFFICE_O = f"[{PROVINCES}]O"


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    matches: Callable[[str], object]
    colors: frozenset[str] | None = None
    new_energy: bool = False


def _pattern(kind: str, form: str, colors: str = "", *, new_energy: bool = False) -> _Pattern:
    matches = re.compile(form).fullmatch
    return _Pattern(kind, matches, frozenset(colors.split()) | {"other"} if colors else None, new_energy)


_PATTERNS = (
    # GA 36: new-energy plates have six characters after the area. D A B C E stand for battery and fuel-cell vehicles,
    # F G H J K for the others; in front on small vehicles' plates, at the end on large ones'.
    _pattern("new_energy", f"{_AREA}[A-HJK]{_SERIAL}[0-9]{{4}}", "gradient_green green", new_energy=True),
    _pattern("new_energy", f"{_AREA}[0-9]{{5}}[A-HJK]", "yellow_green green", new_energy=True),
    _pattern(
        "ordinary", f"(?:{_AREA}|{_OFFICE_O})(?=.*[0-9]){_SERIAL}{{5}}", "blue yellow black farm_yellow farm_green"
    ),
    _pattern("trailer", f"{_AREA}{_SERIAL}{{4}}挂", "yellow"),
    _pattern("trainer", f"{_AREA}{_SERIAL}{{4}}学", "yellow"),
    _pattern("police", f"(?:{_AREA}|{_OFFICE_O}){_SERIAL}{{4}}警", "white"),
    _pattern("hong_kong", f"粤Z{_SERIAL}{{4}}港", "black"),
    _pattern("macao", f"粤Z{_SERIAL}{{4}}澳", "black"),
    # National fire and rescue service: province, letter of the team (X fire, S forest fire), four digits, 应急.
    _pattern("emergency", f"{_AREA}[0-9]{{4}}应急", "white"),
    _pattern("consulate", f"{_AREA}{_SERIAL}{{4}}领", "black"),
    _pattern("embassy", "使[0-9]{6}|[0-9]{6}使", "black"),
    _pattern("test", f"{_AREA}{_SERIAL}{{4}}试"),
    _pattern("oversize", f"{_AREA}{_SERIAL}{{4}}超"),
    _pattern("temporary", f"{_AREA}{_SERIAL}{{4,6}}临"),
    # NY/T 345.1: tractors and harvesters, the area in two digits.
    _pattern("farm", f"[{PROVINCES}][0-9]{{2}}{_SERIAL}{{5}}", "green yellow farm_green farm_yellow"),
    _pattern("military", f"WJ[{PROVINCES}]?[0-9]{{4}}[0-9A-Z]|WJ[0-9]{{2}}[0-9A-Z消边通森金警电][0-9]{{4}}", "white"),
    _pattern("military", "[A-HJ-Z][A-Z][0-9]{5}", "white"),
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate.

    Args:
        number: the plate in one spelling: capitals, no spaces, no middle dot.
        color: the colour's name as it was given, None where unknown.
        color_code: the colour's number (JT/T 697.7), None where unknown.
        prefix: the first two characters: province and issuing office.
        kind: ordinary, new_energy, trailer, trainer, police, hong_kong, macao, emergency, consulate, embassy, test,
            oversize, temporary, farm or military.
        new_energy: whether the pattern is that of new-energy vehicles.
        warnings: code and sentence of what is unusual though possible.
    """

    number: str
    color: str | None
    color_code: int | None
    prefix: str
    kind: str
    new_energy: bool
    warnings: tuple[tuple[str, Text], ...] = ()


def read_plate(text: str, color: str | float | None = None) -> Plate:
    """Return the plate that `text` is.

    Args:
        text: the number; lower case, full width, spaces and middle dots are tolerated.
        color: its colour as a name, a Chinese word or a number of `plate_colors`; None where unknown.

    Raises:
        InputError: there can be no such plate, or not in this colour; the message says what is wrong with it.
    """
    if not isinstance(text, str):
        raise _error(Text("车牌应是文字", "a plate must be text"))
    return _read(text, color) if isinstance(color, str | float | int | None) else _read.__wrapped__(text, color)


@lru_cache(maxsize=4096, typed=True)
def _read(text: str, color: str | float | None) -> Plate:
    number = _between.sub("", normalise(text))
    named = read_color(color)
    pattern = next((known for known in _PATTERNS if known.matches(number)), None)
    if pattern is None:
        raise _error(_what_is_wrong(number))
    if named is not None and pattern.colors is not None and named not in pattern.colors:
        raise _wrong_color(number, named, pattern.colors)
    return Plate(
        number=number,
        color=named,
        color_code=None if named is None else COLOR_CODES[named],
        prefix=number[:2],
        kind=pattern.kind,
        new_energy=pattern.new_energy,
        warnings=_unusual(number, pattern.kind),
    )


def plate_digit(plate: Plate, *, letters_as: str | int) -> int | None:
    """Return the digit that a tail-number rule (尾号限行) goes by.

    Args:
        plate: the plate.
        letters_as: what the notice says of a number that ends in a letter: `last_digit` (the last digit in the
            number counts), or the digit that a letter stands for (`"0"`, or an int).

    Returns:
        0 to 9; None where the number has no digit.

    Raises:
        InputError: `letters_as` is neither.
    """
    if letters_as != "last_digit" and (isinstance(letters_as, bool) or str(letters_as) not in set("0123456789")):
        raise InputError(
            Text("应为 last_digit 或 0 到 9", "must be last_digit or a digit from 0 to 9"), field="letters_as"
        )
    serial = plate.number
    for ending in ENDINGS:
        serial = serial.removesuffix(ending)
    digits = re.findall("[0-9]", serial)
    if not digits:
        return None
    if letters_as == "last_digit" or serial[-1] == digits[-1]:
        return int(digits[-1])
    return int(letters_as)


def _shown(number: str) -> str:
    return f"{number[:2]}***"


def _error(text: Text) -> InputError:
    return InputError(text, field="plate")


def _wrong_color(number: str, color: str, possible: frozenset[str]) -> InputError:
    names = [name for name in COLOR_CODES if name in possible and name != "other"]
    words = "或".join(COLOR_WORDS[name] for name in names)
    return InputError(
        Text(
            f"车牌 {_shown(number)} 的式样不可能是{COLOR_WORDS[color]}色，应为{words}色",
            f"a plate of the pattern of {_shown(number)} is never {color}; it is {' or '.join(names)}",
        ),
        field="plate_color",
    )


def _unusual(number: str, kind: str) -> tuple[tuple[str, Text], ...]:
    if kind != "ordinary" or number[1] != "O":
        return ()
    sentence = Text(
        "发牌机关代号 O 只见于旧的公安号牌，请核对", "the office letter O is only on old police plates; check it"
    )
    return (("plate.office_letter_o", sentence),)


def _what_is_wrong(number: str) -> Text:
    shown = _shown(number)
    if not number:
        return Text("车牌为空", "the plate is empty")
    if re.fullmatch("(?:86)?1[3-9][0-9]{9}", number.removeprefix("+")):
        return Text("这是手机号，不是车牌", "that is a phone number, not a plate")
    if number.isdecimal():
        return Text("车牌不会全是数字，缺省份简称", "a plate is not only digits; the province is missing")
    if number[0] not in PROVINCES:
        return Text(
            f"车牌 {shown} 的第一个字不是省份简称（如 晋）",
            f"the plate {shown} does not start with a province (such as 晋)",
        )
    return _what_is_wrong_after_province(number, shown)


def _what_is_wrong_after_province(number: str, shown: str) -> Text:
    bare = number
    for ending in ENDINGS:
        bare = bare.removesuffix(ending)
    if not re.fullmatch("[A-Z]", number[1:2]) or number[1] == "I":
        return Text(
            f"车牌 {shown} 的第二位应是发牌机关字母（不用 I）",
            f"the second character of the plate {shown} must be the issuing office's letter (never I)",
        )
    if not re.fullmatch("[A-Z0-9]*", bare[2:]):
        return Text(
            f"车牌 {shown} 的序号中有不能使用的字符", f"the plate {shown} has a character that no serial number has"
        )
    if re.search("[IO]", bare[2:]):
        return Text(
            f"车牌 {shown} 的序号中有字母 I 或 O，号牌不用这两个字母（是否应为数字 1 或 0）",
            f"the plate {shown} has the letter I or O, which serial numbers never have (digit 1 or 0?)",
        )
    if len(number) not in {7, 8}:
        return Text(
            f"车牌 {shown} 有 {len(number)} 位，应为 7 位（新能源 8 位）",
            f"the plate {shown} has {len(number)} characters; it must have 7 (new energy: 8)",
        )
    return Text(
        f"车牌 {shown} 不符合任何号牌式样（8 位的新能源号牌：小型车首位、大型车末位为 A–K 中的字母，其余为数字）",
        f"the plate {shown} fits no pattern (of eight characters: a letter A to K first for small or last for large "
        "new-energy vehicles, else digits)",
    )
