"""What a weighing record says of its truck and its loader, as the law and the published list know them."""

from collections.abc import Callable

from enterprises.errors import EnterpriseError, Text
from enterprises.names import Matcher
from truckban.vehicles.plates import read_plate
from zones.errors import InputError


def plate_number(text: str) -> str:
    """Return a plate as `truckban.vehicles.plates` reads it.

    Raises:
        EnterpriseError: it is none.
    """
    try:
        return read_plate(text).number
    except InputError as error:
        raise EnterpriseError(Text(*error.text), field="plate") from error


def enterprise_of(matcher: Matcher) -> Callable[[str], str | None]:
    """Return what tells the enterprise that a name means, by its id; None where that is not sure."""

    def enterprise(name: str) -> str | None:
        answer = matcher.match(name)
        return answer.match.enterprise if answer.match else None

    return enterprise
