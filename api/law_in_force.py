"""One state of the law: notices with their zones. It never changes; a new one takes its place."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from enterprises.registry import Registry
from enterprises.registry_file import registry_named
from truckban.freight.enterprise_answers import told
from truckban.grounds import maps_together
from truckban.norms import Notice
from truckban.notices.load import notice_of
from truckban.notices.shelf import Shelf
from truckban.questions.jurisdiction import Jurisdiction
from truckban.questions.jurisdictions import Jurisdictions, together
from truckban.trips.network import Network
from truckban.trips.rules import Rule, maps_of
from truckban.trips.sites import sites_of
from zones.errors import InputError
from zones.locate import Locator
from zones.routing.ground import TripStreets
from zones.routing.speeds import load_speeds
from zones.text import Text
from zones.zone import Zone
from zones.zone_file import parse_zone


@dataclass(frozen=True, eq=False)
class Pair:
    """A notice with the zone that its places are looked up in, or the zones.

    Attributes:
        notice: read and checked.
        text: its file.
        ground: its zone, with those beside it; None where there is none: positions are `unsure` then.
        id: of the enactment in the store; None for what the settings name.
    """

    notice: Notice
    text: bytes
    ground: Locator | None
    id: str | None = None

    @classmethod
    def read(cls, notice: bytes, zones: Sequence[bytes], *, id_: str | None = None) -> Self:
        """Make one of a notice's file and those of its zones.

        Raises:
            InputError: bytes that are no notice, or no zone; a zone that the notice has not, or two files of one.
        """
        law = notice_of(notice)
        maps = [Locator(zone_of(zone)) for zone in zones]
        return cls(law, notice, maps_together(maps, [law]) if maps else None, id_)

    @property
    def zones(self) -> tuple[Zone, ...]:
        """Its zones, the first one first."""
        return () if self.ground is None else tuple(each.zone for each in self.ground.each)


def hashes_of(ground: Locator) -> tuple[str, ...]:
    """Return the hashes of a ground's zones, in their order."""
    return tuple(each.zone.sha256 for each in ground.each)


def zone_of(text: bytes, *, file: str | None = None) -> Zone:
    """Return the zone that the bytes of a file are.

    Raises:
        InputError: they are none; with the line or the field.
    """
    try:
        said = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=file) from None
    try:
        return parse_zone(said, file=file)
    except RecursionError:
        raise InputError(Text("嵌套太深", "nested too deeply"), file=file) from None


class LawInForce:
    """Notices by their ids, those that take over from each other on one shelf, each with its zone.

    Args:
        pairs: the first one is shown where one is; questions that name none are answered by those of the place asked about.
        stamp: the enactments in the store that they are; empty for what the settings name.
        before: the state before, which holds what need not be made again.
        registry: the published list; the built-in one unless said.

    Raises:
        InputError: there is no notice, or it is not clear which of them comes first.
    """

    def __init__(
        self,
        pairs: Iterable[Pair],
        *,
        stamp: tuple[str, ...] = (),
        before: "LawInForce | None" = None,
        registry: Registry | None = None,
    ) -> None:
        """Put the notices on their shelves."""
        self.pairs = {pair.notice.id: pair for pair in pairs}
        self.stamp = stamp
        with told():
            self.registry = registry or registry_named(None)
        if not self.pairs:
            raise InputError(Text("没有通告", "there is no notice"))
        self._by_sha = {pair.notice.sha256: pair for pair in self.pairs.values()}
        self.maps = [each for pair in self.pairs.values() if pair.ground for each in pair.ground.each]
        self._maps = {each.zone.sha256: each for each in self.maps}
        self._grounds = {hashes_of(pair.ground): pair.ground for pair in self.pairs.values() if pair.ground}
        self._places: dict[str, Jurisdiction] = {}
        self.jurisdictions: list[Jurisdiction] = []
        for own in _lines(self.pairs):
            kept = before and before.same(own)
            place = kept or Jurisdiction(
                Shelf(pair.notice for pair in own), {pair.notice.id: pair.ground for pair in own}
            )
            self.jurisdictions.append(place)
            self._places |= dict.fromkeys((pair.notice.id for pair in own), place)
        self.first = self.jurisdictions[0].shelf.first.id
        self._together = together(self.jurisdictions)
        self._making = threading.Lock()
        self._network: Network | None = None
        self._streets = before.streets_of(self._by_sha) if before is not None else None

    def same(self, pairs: list[Pair]) -> Jurisdiction | None:
        """Return the shelf that was made of just these, which need not be made again."""
        place = self._places.get(pairs[0].notice.id)
        if place is None or len(place.shelf.notices) != len(pairs):
            return None
        mine = [self.pairs.get(pair.notice.id) for pair in pairs]
        alike = all(
            own is not None and own.notice is pair.notice and own.ground is pair.ground
            for own, pair in zip(mine, pairs, strict=True)
        )
        return place if alike else None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the notices, the first one first."""
        return tuple(self.pairs)

    def notice_by(self, sha256: str) -> tuple[Notice, bytes] | None:
        """Return a notice by its hash, with its file."""
        pair = self._by_sha.get(sha256)
        return None if pair is None else (pair.notice, pair.text)

    def ground_by(self, *sha256: str) -> Locator | None:
        """Return a zone by its hash, or several of one notice by theirs, ready to be asked."""
        return self._grounds.get(sha256)

    def map_by(self, sha256: str) -> Locator | None:
        """Return a zone by its hash; it may have others beside it."""
        return self._maps.get(sha256)

    def jurisdiction(self, notice: str | None = None) -> Jurisdiction:
        """Return a notice with those that replace it and their zones.

        Raises:
            InputError: there is none of that name.
        """
        found = self._places.get(notice or self.first)
        if found is None:
            raise InputError(Text(f"没有通告 {notice}", f"there is no notice {notice}"), field="query.notice")
        return found

    def one(self, notice: str | None = None) -> str:
        """Return the notice that something is about which is about one: the named one; without a name the first, where there is one place.

        Raises:
            InputError: none is named and there are several places: which is meant is not guessed.
        """
        if notice is None and len(self.jurisdictions) > 1:
            listed = ", ".join(self.ids)
            text = Text(
                f"有几个地方的通告，请写明是哪个：{listed}", f"there are notices of several places; say which: {listed}"
            )
            raise InputError(text, field="notice")
        return notice or self.first

    def answering(self, notice: str | None = None) -> Jurisdiction | Jurisdictions:
        """Return what answers a question: the notice that it names, with its line; without one those of all places.

        Raises:
            InputError: there is none of that name.
        """
        return self.jurisdiction(notice) if notice else self._together

    def shelf(self, notice: str | None = None) -> Shelf:
        """Return a notice with those that replace it; InputError where there is none of that name."""
        shelf: Shelf = self.jurisdiction(notice).shelf
        return shelf

    def ground(self, notice: str | None = None) -> Locator | None:
        """Return the zone of a notice, ready to be asked for places; InputError where there is none of that name."""
        self.jurisdiction(notice)
        return self.pairs[notice or self.first].ground

    def zones(self) -> list[Zone]:
        """Return all zones, in the order of their ids and hashes: notices of several places may call theirs alike."""
        return sorted((each.zone for each in self._maps.values()), key=lambda zone: (zone.id, zone.sha256))

    def zones_named(self, name: str, *, notice: str | None = None) -> list[Zone]:
        """Return the zones that a hash or an id means, of a notice where one is said."""
        return [
            zone
            for zone in self.zones()
            if name in (zone.id, zone.sha256) and (notice is None or notice in self.notices_of(zone))
        ]

    def notices_of(self, zone: Zone) -> list[str]:
        """Return the ids of the notices whose places are looked up in a zone."""
        return [name for name, pair in self.pairs.items() if any(own.sha256 == zone.sha256 for own in pair.zones)]

    @property
    def network(self) -> Network:
        """What trips are planned on: the streets of the zones' own files. Made once, when first asked for.

        Raises:
            InputError: no notice in force has a zone with streets.
        """
        self.check_streets()
        with self._making:
            if self._network is None:
                with told():
                    sites = sites_of(self.registry)
                streets = self._streets or TripStreets.of_zones(maps_of(self.rules), speeds=load_speeds(None))
                self._network = Network(self.rules, streets, sites)
            return self._network

    def streets_of(self, pairs: dict[str, Pair]) -> TripStreets | None:
        """Return the streets that were made of just these notices and zones, which need not be made again."""
        alike = self._by_sha.keys() == pairs.keys() and all(
            own.ground is pairs[sha256].ground for sha256, own in self._by_sha.items()
        )
        return self._network.streets if alike and self._network is not None else None

    def check_streets(self) -> None:
        """Refuse what needs streets where no notice in force has a zone.

        Raises:
            InputError: none has.
        """
        if not self.rules:
            text = Text("现行通告都没有区域，不能规划行程", "no notice in force has a zone: no trip can be planned")
            raise InputError(text, field="notice")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The shelves that have a zone, each with the newest one."""
        return tuple(rule for place in self.jurisdictions for rule in self._rule(place))

    def _rule(self, place: Jurisdiction) -> Iterator[Rule]:
        grounds = [pair.ground for pair in self.pairs.values() if pair.notice.id in place.shelf.notices and pair.ground]
        if grounds:
            yield Rule(place.shelf, grounds[-1])


def _lines(pairs: dict[str, Pair]) -> list[list[Pair]]:
    """Return the notices that take over from each other together, whichever came into force first."""
    lines: list[list[Pair]] = []
    for pair in pairs.values():
        touched = [line for line in lines if any(_linked(pair, other) for other in line)]
        at = min(map(lines.index, touched), default=len(lines))
        joined = [*(other for line in touched for other in line), pair]
        lines = [line for line in lines if line not in touched]
        lines.insert(at, joined)
    return lines


def _linked(one: Pair, other: Pair) -> bool:
    ours, theirs = one.notice.pack, other.notice.pack
    return theirs.id in (*ours.replaces, *ours.amends) or ours.id in (*theirs.replaces, *theirs.amends)
