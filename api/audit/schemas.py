"""What the audit trail looks like to callers."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from api.paging import Page


class Entry(BaseModel):
    """One act."""

    number: int
    at: AwareDatetime
    actor: str = Field(description="an account's id, or a word for a part of the program", examples=["worker"])
    role: str
    action: str = Field(examples=["lead.confirm"])
    subject: str = Field(examples=["lead:01J9ZQ6V1W2X3Y4Z5A6B7C8D9E"])
    why: str | None
    details: dict[str, Any]
    before_hash: str
    hash: str


class EntryPage(Page):
    """A page of the trail."""

    items: list[Entry]


class MarkShown(BaseModel):
    """An entry's number and hash."""

    number: int
    hash: str


class Verification(BaseModel):
    """What holding the trail against itself showed."""

    holds: bool = Field(description="nothing that was held is wrong")
    complete: bool = Field(description="it was held to its end; else ask again with `next`")
    checked: int
    first_fault: int | None = Field(description="number of the first entry that does not hold")
    fault: Literal["changed", "removed", "unlinked", "cut", "head", "not_expected"] | None
    sentence: str
    head: MarkShown = Field(description="to be kept elsewhere: it shows later that nothing before it was rewritten")
    next: str | None = Field(description="`after` of the next question, where this one did not reach the end")
