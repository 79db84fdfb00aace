"""The demonstration: one account a role, and a simulated day that was checked, so that there is something to look at."""

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from api.accounts.service import create_account
from api.documents.service import seed
from api.jobs.worker import Worker
from api.settings import Settings
from api.store import runs
from api.store.accounts import account_by_login
from api.store.audit import Actor
from api.store.database import Store
from api.store.tables.runs import Upload
from api.store.written import sync
from api.traces.files import new_name, uploads_folder
from truckban.demo.day import make_day
from zones.text import Text

PEOPLE = ("driver", "enterprise", "reviewer", "officer", "auditor", "admin")
TRUCKS = 60
_WHY = "演示：模拟的一天 / demonstration: a simulated day"
_ACTOR = Actor("demonstration", "program")
_ENTERPRISE = "demo-enterprise"


class Shown(NamedTuple):
    """An account, and the password that is shown once."""

    login: str
    password: str


def set_up(settings: Settings, store: Store, tell: Callable[[Text], None]) -> list[Shown] | None:
    """Make the accounts and the day in a store that has none; None where they are there already.

    Raises:
        ValueError: the settings are not those of a demonstration.
    """
    if not settings.demonstration or not settings.local:
        raise ValueError("the demonstration is for settings that say so, on a local address")
    seed(store, settings.notices)
    with store.read() as session:
        if account_by_login(session, "officer") is not None:
            return None
    tell(
        Text(
            "正在准备演示：模拟一天的轨迹并核查……",
            "setting the demonstration up: a day of traces is simulated and checked …",
        )
    )
    _day(settings, store)
    shown = []
    with store.write() as session:
        for role in PEOPLE:
            made = create_account(
                session,
                settings,
                _ACTOR,
                login=role,
                name=role,
                role=role,
                enterprise_id=_ENTERPRISE if role == "enterprise" else None,
                password=secrets.token_urlsafe(12),
            )
            shown.append(Shown(role, made.password))
    return shown


def _day(settings: Settings, store: Store) -> None:
    """Have a simulated day come in and be checked, by the very worker that does so later."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_day(seed=1, trucks=TRUCKS).write(folder)
        with store.write() as session:
            ids = []
            for kind in ("traces", "vehicles", "permits"):
                upload = _uploaded(settings, kind, folder / f"{kind}.csv")
                session.add(upload)
                session.flush()
                ids.append(upload.id)
            options = {"min_probability": 0.9, "crs": "wgs84", "columns": {}, "all_passages": False}
            runs.add_run(
                session,
                account_id=_ACTOR.id,
                notice=settings.notices[0],
                zone=None,
                options=options,
                why=_WHY,
                uploads=ids,
            )
    Worker(settings, store).run_until_idle()


def _uploaded(settings: Settings, kind: str, file: Path) -> Upload:
    name = new_name()
    path = uploads_folder(settings) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, path)
    sync(path.parent)
    size = path.stat().st_size
    return Upload(
        account_id=_ACTOR.id,
        kind=kind,
        file_name=file.name,
        size=size,
        received=size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        media_type="text/csv",
        crs="wgs84" if kind == "traces" else None,
        why=_WHY,
        state="complete",
        path=name,
    )
