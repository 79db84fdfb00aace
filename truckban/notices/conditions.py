"""The schema of conditions: and / or / not over facts, questions of reading, and what only a person can judge."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from zones.errors import TextError
from zones.text import Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Bound = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Digit = Annotated[int, Field(ge=0, le=9)]


class Strict(BaseModel):
    """A part of a notice: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Both(Strict):
    """A sentence in the interface's two languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The sentence as the rest of the program holds it."""
        return Text(self.zh, self.en)


class AllOf(Strict):
    """True where every part is."""

    all: Annotated[list["Condition"], Field(min_length=1)]


class AnyOf(Strict):
    """True where some part is."""

    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Strict):
    """True where its part is false."""

    not_: "Condition" = Field(alias="not")


class FactIs(Strict):
    """What is asked of one fact: values of a category, bounds of a number, or yes / no of a flag.

    Every bound says whether it includes its number: `at_most` and `at_least` do, `less_than` and `more_than` do not.
    """

    fact: str
    in_: Annotated[list[str], Field(min_length=1)] | None = Field(None, alias="in")
    at_most: Bound | None = None
    less_than: Bound | None = None
    at_least: Bound | None = None
    more_than: Bound | None = None
    is_: bool | None = Field(None, alias="is")

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        bounds = [self.at_most, self.less_than, self.at_least, self.more_than]
        asked = (self.in_ is not None) + any(b is not None for b in bounds) + (self.is_ is not None)
        if asked != 1:
            raise TextError(
                "对一项事实只能问一件事：`in`，或界限（`at_most`、`less_than`、`at_least`、`more_than`），或 `is`",
                "a fact needs exactly one of: `in`; bounds (`at_most`, `less_than`, `at_least`, `more_than`); `is`",
            )
        return self


class PlateStarts(Strict):
    """The plate begins with one of these (晋M: registered there)."""

    plate_starts: Annotated[list[str], Field(min_length=1)]


class DigitRule(Strict):
    """Which plate digits are restricted on which day."""

    letters_as: Literal["last_digit"] | Digit = Field(
        description="what a letter at the end counts as: the last digit before it, or a number"
    )
    by_weekday: dict[Weekday, list[Digit]] | None = None
    on_odd_days: list[Digit] | None = None
    on_even_days: list[Digit] | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        parity = self.on_odd_days is not None or self.on_even_days is not None
        if (self.by_weekday is not None) == parity:
            raise TextError(
                "尾号规则用 `by_weekday`，或用 `on_odd_days` 和 `on_even_days`",
                "a digit rule has `by_weekday`, or `on_odd_days` and `on_even_days`",
            )
        return self


class PlateDigit(Strict):
    """The plate's last digit is one of those restricted on the day."""

    plate_digit: DigitRule


class Asked(Strict):
    """True where the notice is read that way; unknown while the question is open."""

    question: str
    reading: str


class ByPerson(Strict):
    """What no machine can check. `presume` says what is answered meanwhile; the verdict names it when it matters."""

    person: Both
    presume: Literal["false", "unknown"]


def _form(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, BaseModel):
        keys = {field.alias or name for name, field in type(value).model_fields.items()}
    else:
        keys = set(value) if isinstance(value, dict) else set()
    for form in ("all", "any", "not", "fact", "plate_starts", "plate_digit", "question", "person"):
        if form in keys:
            return f"<{form}>"
    return None


Condition = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[FactIs, Tag("<fact>")]
    | Annotated[PlateStarts, Tag("<plate_starts>")]
    | Annotated[PlateDigit, Tag("<plate_digit>")]
    | Annotated[Asked, Tag("<question>")]
    | Annotated[ByPerson, Tag("<person>")],
    Discriminator(
        _form,
        custom_error_type="condition_form",
        custom_error_message="a condition is one of: all, any, not, fact, plate_starts, plate_digit, question, person",
    ),
]
