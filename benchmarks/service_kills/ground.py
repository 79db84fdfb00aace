"""What the trial begins with: a store, accounts with keys, leads to decide on, a simulated day."""

import sys
from pathlib import Path

from api.access.table import scopes_of
from api.accounts.service import create_account, create_key
from api.documents.service import seed
from api.settings import Settings
from api.store.audit import Actor
from api.store.database import Store
from api.store.schema import migrate
from truckban.demo.day import make_day

_MAKER = Actor("benchmark", "program")
_VEHICLES = 50
"""Vehicles that the leads are of; `lead_rows.row` deals them out in turn."""


def prepare(settings: Settings, *, leads: int, officers: int) -> tuple[Store, list[dict[str, str]]]:
    """Make the store; return it with the leads of each officer, id -> vehicle."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "api"))
    from lead_rows import added, row  # noqa: PLC0415

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.url)
    migrate(store)
    seed(store, settings.notices)
    rows = [row(number) for number in range(leads)]
    added(store, rows, settings.data_dir)
    dealt: list[dict[str, str]] = [{} for _ in range(officers)]
    for number, each in enumerate(rows):
        dealt[number % _VEHICLES % officers][each["lead_id"]] = each["vehicle_id"]
    return store, dealt


def key_of(settings: Settings, store: Store, role: str, login: str) -> str:
    """Make an account with a key for all that its role may do; return the key."""
    with store.write() as session:
        account = create_account(
            session,
            settings,
            _MAKER,
            login=login,
            name=login,
            role=role,
            password="never used: a key is",  # noqa: S106
        ).account
        return create_key(session, settings, _MAKER, account=account, name="trial", scopes=scopes_of(role), days=1).text


def day(trucks: int) -> dict[str, bytes]:
    """Return the files of a simulated day."""
    made = make_day(seed=1, trucks=trucks)
    return {kind: getattr(made, kind).to_csv(index=False).encode() for kind in ("traces", "vehicles")}
