"""Ids in the addresses of pages: what cannot be one names nothing, and a person is told so on a page, not which letters ids have."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator

from api.problems import Problem
from zones.text import Text


def no_lead() -> Problem:
    """Say that there is no such lead: also where there is one that the caller may not see."""
    return Problem(404, "not_found", Text("没有这条线索", "there is no such lead"))


def no_application() -> Problem:
    """Say the same of an application for a permit."""
    return Problem(404, "not_found", Text("没有这份通行证申请", "there is no such application for a permit"))


def no_enterprise() -> Problem:
    """Say the same of an enterprise on the published list."""
    return Problem(404, "not_found", Text("名单上没有这家企业", "there is no such enterprise on the list"))


def _id(pattern: str, missing: Callable[[], Problem]) -> AfterValidator:
    written = re.compile(pattern)

    def checked(value: str) -> str:
        if written.fullmatch(value) is None:
            raise missing()
        return value

    return AfterValidator(checked)


LeadPath = Annotated[str, Path(), _id("[0-9a-f]{16,64}", no_lead)]
ApplicationPath = Annotated[str, Path(), _id("[0-9A-Z]{26}", no_application)]
EnterprisePath = Annotated[str, Path(), _id("[0-9A-Za-z._-]{1,200}", no_enterprise)]
