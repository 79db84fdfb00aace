"""The notices and zones in force, ready to be asked; changed while the service runs, never under a request."""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.law_in_force import LawInForce, Pair, zone_of
from api.store import documents as stored
from api.store import enterprises as stored_registry
from api.store.base import now
from api.store.database import Store
from enterprises.registry import Registry
from enterprises.registry_file import parse_registry
from truckban.freight.enterprise_answers import told
from truckban.grounds import ground_for
from truckban.norms import Notice
from truckban.notices.load import builtin_notice, builtin_text, load_notice, notice_of
from truckban.notices.shelf import Shelf
from truckban.questions.jurisdiction import Jurisdiction
from truckban.trips.network import Network
from zones.errors import InputError
from zones.locate import Locator

CHECK_S = 1.0
_log = logging.getLogger(__name__)


class Law:
    """What is asked: `now` is what a request takes and keeps to its end.

    Args:
        notices: built-in names, files or folders: what answers until the store says what is in force.
    """

    def __init__(self, notices: Sequence[str]) -> None:
        """Load the notices and their zones; streets and the list are loaded when first asked for."""
        self.names = tuple(notices)
        self.now = LawInForce([pair for name in self.names for pair in pairs_named(name)])
        self._registry_number: int | None = None
        self._changing = threading.Lock()

    def refresh(self, store: Store) -> bool:
        """Take what the store says is in force now, where that changed; return whether it did.

        A store that does not answer, or has nothing in force, leaves all as it is.
        """
        with self._changing:
            try:
                with store.read() as session:
                    standing = stored.standing_at(session, now())
                    stamp = tuple(row.id for row in standing)
                    number, registry = self._newest_registry(session)
                    self._registry_number = number if registry is self.now.registry else self._registry_number
                    if registry is self.now.registry and (not stamp or stamp == self.now.stamp):
                        return False
                    pairs: Iterable[Pair] = [
                        Pair(
                            *self._notice(session, row.notice_sha256),
                            self._ground(session, *row.zones),
                            row.id,
                        )
                        for row in standing
                    ] or self.now.pairs.values()
                self.now = LawInForce(pairs, stamp=stamp or self.now.stamp, before=self.now, registry=registry)
                self._registry_number = number
            except SQLAlchemyError:
                return False
            except InputError as error:
                _log.error("law.not_loaded %s", error.say("en"))
                return False
            _log.info("law.loaded %s", ", ".join(self.now.ids))
            return True

    def _notice(self, session: Session, sha256: str) -> tuple[Notice, bytes]:
        known = self.now.notice_by(sha256)
        if known is not None:
            return known
        text = stored.document(session, sha256) or b""
        return notice_of(text), text

    def _ground(self, session: Session, *sha256: str) -> Locator | None:
        known = self.now.ground_by(*sha256)
        if known is not None or not sha256:
            return known
        first, *others = (Locator(zone_of(stored.document(session, each) or b"")) for each in sha256)
        return first.beside(others) if others else first

    def _newest_registry(self, session: Session) -> tuple[int | None, Registry]:
        """Return the published list as the store has it; the one at hand where it is that, or the store has none."""
        newest = stored_registry.newest_version(session)
        if newest is None or newest.number == self._registry_number:
            return self._registry_number, self.now.registry
        if newest.sha256 == self.now.registry.sha256:
            return newest.number, self.now.registry
        with told():
            return newest.number, parse_registry(newest.content, file="registry.json")

    def make_ready(self) -> None:
        """Make what questions are answered through, so that none waits for it; it takes a second and more."""
        for jurisdiction in self.now.jurisdictions:
            jurisdiction.make_ready()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the notices in force."""
        return self.now.ids

    @property
    def first(self) -> str:
        """The notice that answers questions which name none."""
        return self.now.first

    def schematic(self, notice: str | None = None) -> bool:
        """Tell whether a notice's zone is an invented one, not fit for enforcement."""
        ground = self.now.ground(notice)
        return ground is not None and ground.zone.grade == "schematic"

    def shelf(self, notice: str | None = None) -> Shelf:
        """Return a notice with those that replace it; InputError where there is none of that name."""
        return self.now.shelf(notice)

    def ground(self, notice: str | None = None) -> Locator | None:
        """Return the zone of a notice, ready to be asked for places."""
        return self.now.ground(notice)

    def jurisdiction(self, notice: str | None = None) -> Jurisdiction:
        """Return a notice with those that replace it and their zones, ready for fast decisions."""
        return self.now.jurisdiction(notice)

    @property
    def network(self) -> Network:
        """What trips are planned on."""
        return self.now.network

    @property
    def registry(self) -> Registry:
        """The published list, with what operators know of it."""
        return self.now.registry


class LawWatch:
    """Makes the law ready, and looks at the store once a second, so that a change made by another process counts here too."""

    def __init__(self, law: Law, store: Store) -> None:
        """Begin."""
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(law, store), name="law-watch", daemon=True)
        self._thread.start()

    def _run(self, law: Law, store: Store) -> None:
        _make_ready(law)
        while not self._ends.wait(CHECK_S):
            if law.refresh(store):
                _make_ready(law)

    def stop(self) -> None:
        """End; nothing is asked of the store after this."""
        self._ends.set()
        self._thread.join()


def _make_ready(law: Law) -> None:
    try:
        law.make_ready()
    except Exception:  # noqa: BLE001  (a loop that cannot be compiled: answers take longer, and the law is watched all the same)
        _log.exception("law.not_ready")


def pairs_named(name: str) -> Iterator[Pair]:
    """Yield the notices of a built-in name, a file or a folder, each with the built-in zone that it names.

    Raises:
        InputError: there is none, or one that cannot be used.
    """
    path = Path(name)
    if path.is_dir():
        files = sorted(path.glob("*.y*ml"))
    elif name.endswith((".yaml", ".yml")) or "/" in name:
        files = [path]
    else:
        notice = builtin_notice(name)
        yield Pair(notice, builtin_text(name), ground_for(notice))
        return
    for file in files:
        notice = load_notice(file)
        yield Pair(notice, file.read_bytes(), ground_for(notice))
