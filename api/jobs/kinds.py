"""The kinds of jobs there are: what is done in a process of its own, and what is written when it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from api.settings import Settings
from api.store.jobs import Lease

KINDS: dict[str, str] = {
    "check": "api.traces.check_job:CHECK",
    "verify": "api.traces.verify_job:VERIFY",
    "purge": "api.traces.purge_job:PURGE",
    "retention": "api.retention.job:PURGE",
    "visits": "api.visits.job:VISITS",
    "loads": "api.loads.job:LOADS",
    "freight.purge": "api.enterprises.purge_job:PURGE",
}
"""Where each kind is; a new one is a line here."""
DAILY = ("purge", "retention", "freight.purge")
"""Kinds of which there is one job a day."""


@dataclass(frozen=True)
class Task:
    """A job as the process that does it sees it.

    Attributes:
        settings: of the service.
        lease: the job.
        tell: takes the progress, JSON; may be called often.
    """

    settings: Settings
    lease: Lease
    tell: Callable[[Mapping[str, Any]], None]


class Kind:
    """One kind of job. All but `work` is called in the worker, in the transaction that changes the job."""

    def work(self, task: Task) -> dict[str, Any]:
        """Do it, in a process of its own that may be killed at any moment, and return what is to be written.

        Raises:
            InputError: what was handed in cannot be used: it is not tried again.
            OSError: no space, say: it is tried again a little later.
        """
        raise NotImplementedError

    def begun(self, session: Session, lease: Lease) -> None:
        """Write that it is worked on."""

    def moved(self, session: Session, lease: Lease, progress: Mapping[str, Any]) -> None:
        """Write how far it is."""

    def back(self, session: Session, lease: Lease) -> None:
        """Write that it waits again."""

    def ended(self, session: Session, settings: Settings, lease: Lease, result: Mapping[str, Any]) -> None:
        """Write what was found."""

    def failed(self, session: Session, lease: Lease, error: Mapping[str, Any]) -> None:
        """Write why nothing was found."""

    def cleared(self, settings: Settings, lease: Lease, *, kept: bool) -> None:
        """Remove the files of this try, or, where they are `kept`, those of the others; called after the transaction."""


def kind_named(name: str) -> Kind:
    """Return a kind of job."""
    module, _, attribute = KINDS[name].partition(":")
    kind: Kind = getattr(import_module(module), attribute)
    return kind
