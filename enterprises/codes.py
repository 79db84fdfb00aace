"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, the last one computed from the others."""

import re
import unicodedata

from enterprises.errors import EnterpriseError, Text

# GB 32100-2015, 4.2: digits and capitals without I, O, S, V, Z; a character's value is its place
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
# GB 32100-2015, annex: the weight of place i is 3 to the power i-1, modulo 31
_WEIGHTS = tuple(pow(3, place, 31) for place in range(_LENGTH - 1))
_IN_TEXT = re.compile(rf"(?<![0-9A-Z])[{_CHARACTERS}]{{2}}\d{{6}}[{_CHARACTERS}]{{10}}(?![0-9A-Z])")


def check_character(body: str) -> str:
    """Return the last character of a code from the seventeen before it."""
    total = sum(_CHARACTERS.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return _CHARACTERS[-total % len(_CHARACTERS)]


def read_code(text: object) -> str:
    """Return a code in capitals without spaces.

    Raises:
        EnterpriseError: too long or short, a character that no code has, or the check character is another.
    """
    code = unicodedata.normalize("NFKC", str(text)).replace(" ", "").replace("-", "").upper()
    if len(code) != _LENGTH:
        raise EnterpriseError(
            Text(
                f"统一社会信用代码应为 18 位，这里是 {len(code)} 位：{code}",
                f"a unified social credit code has 18 characters, this one {len(code)}: {code}",
            ),
            field="credit_code",
        )
    if (wrong := next((character for character in code if character not in _CHARACTERS), None)) is not None:
        raise EnterpriseError(
            Text(
                f"统一社会信用代码里没有 {wrong}（不用 I、O、S、V、Z）：{code}",
                f"a unified social credit code has no {wrong} (nor I, O, S, V, Z): {code}",
            ),
            field="credit_code",
        )
    if (due := check_character(code[:-1])) != code[-1]:
        raise EnterpriseError(
            Text(
                f"统一社会信用代码的校验位不对（GB 32100-2015）：{code}，末位应为 {due}；请核对原件",
                f"the check character of the unified social credit code is wrong (GB 32100-2015): {code} should end "
                f"in {due}; look at the original",
            ),
            field="credit_code",
        )
    return code


def code_in(text: str) -> tuple[str | None, str]:
    """Return a code that stands within a text, if its check character is right, and the text without it."""
    found = _IN_TEXT.search(text)
    if found is None or check_character(found[0][:-1]) != found[0][-1]:
        return None, text
    return found[0], text[: found.start()] + text[found.end() :]
