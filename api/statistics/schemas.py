"""Figures, as they are answered."""

from typing import Any, Literal

from pydantic import BaseModel

By = Literal["hour_weekday", "road", "entry", "enterprise", "week", "state"]


class Figure(BaseModel):
    """How many leads there are of one kind."""

    key: dict[str, Any]
    leads: int | None
    before: float | None = None
    """Weeks: the mean of the four weeks before, those without leads included."""


class Figures(BaseModel):
    """Figures about leads. Leads are no violations."""

    by: By
    figures: list[Figure]
    leads: int | None
    suppressed: bool
    least_shown: int
    says: list[str]
