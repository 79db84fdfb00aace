"""What belongs to whom: to an account, or to all accounts of its enterprise."""

from typing import Any, Protocol

import sqlalchemy as sa


class Whose(Protocol):
    """Somebody who may own things."""

    @property
    def account_id(self) -> str | None:
        """The account; None for nobody."""

    @property
    def enterprise_id(self) -> str | None:
        """The enterprise that the account is of, if it is of one."""


def belongs(account: Any, enterprise: Any, whose: Whose) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a row is somebody's own.

    Args:
        account: the column with its account.
        enterprise: the column with that account's enterprise.
        whose: who asks.
    """
    if whose.account_id is None:
        return sa.false()
    own: sa.ColumnElement[bool] = account == whose.account_id
    return own if whose.enterprise_id is None else sa.or_(own, enterprise == whose.enterprise_id)


def is_own(account: str, enterprise: str | None, whose: Whose) -> bool:
    """Tell the same of one row."""
    return account == whose.account_id or (enterprise is not None and enterprise == whose.enterprise_id)
