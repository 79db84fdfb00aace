"""Who is asking."""

from dataclasses import dataclass

from api.store.audit import Actor


@dataclass(frozen=True)
class Principal:
    """Who is asking, and how it was shown.

    Attributes:
        role: one of the roles of the table; `anonymous` for nobody.
        account_id: None for nobody.
        enterprise_id: of an account of an enterprise.
        scopes: what a key may do; None for a person, who may do all that the role may.
        session: the hash of the session's token, for a person.
        caller: a name for rate limits and idempotency: the key, else the account, else the address.
        must_change: the password was given by someone else: nothing may be done before it is changed.
    """

    role: str
    caller: str
    account_id: str | None = None
    enterprise_id: str | None = None
    scopes: frozenset[str] | None = None
    session: str | None = None
    must_change: bool = False

    @property
    def actor(self) -> Actor:
        """Return who acts, for the audit trail."""
        return Actor(self.account_id or "anonymous", self.role)
