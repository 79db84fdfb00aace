"""The registry: published lists one after another, who stands on them from when to when, under which name, and where.

A list is a document and never changes; it holds from its day until the day before the next one. An enterprise keeps
its id from the list it first stood on, whatever later lists call it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from enterprises.errors import EnterpriseError, Text
from enterprises.kinds import kind_of
from enterprises.sites import Site

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """What a list was typed or read from: a document's name, its hash, and the hash of the words that matter."""

    file: str
    sha256: str
    text_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: whose it is, the name verbatim, and the credit code where the list gives one."""

    enterprise: str
    name: str
    credit_code: str | None = None


@dataclass(frozen=True, slots=True)
class ListDocument:
    """One published list.

    Attributes:
        id: unique within a registry, such as `linyi-2023-18`.
        title, doc_no, issuer: as printed.
        issued: the day the document bears.
        valid_from: the first day it holds; the day it bears unless it says another.
        stated_count: how many enterprises its own text says it has.
        supervision_phone: as published.
        source: what it was read from.
        note: what a reader must know of it.
        lines: in the printed order.
    """

    id: str
    title: str
    doc_no: str | None
    issuer: str | None
    issued: dt.date
    valid_from: dt.date
    stated_count: int | None
    supervision_phone: str | None
    source: Source
    note: Text | None
    lines: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name that an operator knows to be the same enterprise's: who says so, and since when that is known."""

    name: str
    source: str
    date: dt.date


@dataclass(frozen=True, slots=True)
class Act:
    """Something that an operator did to a registry, kept for good.

    Attributes:
        act: `withdraw`, `restore`, `alias`, `alias.remove`, `code`, `code.remove`.
        subject: the id of the list or the enterprise.
        by: who did it, or whose word it rests on.
        date: when.
        why: the reason; of names and codes the name or the code.
    """

    act: str
    subject: str
    by: str
    date: dt.date
    why: str


@dataclass(frozen=True, slots=True)
class Enterprise:
    """One legal person or branch, whatever lists call it."""

    id: str
    credit_code: str | None = None
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Days on the list: both ends included, `to` None while no later list has ended it."""

    since: dt.date
    to: dt.date | None

    def holds(self, on: dt.date) -> bool:
        """Tell whether a day lies within."""
        return self.since <= on and (self.to is None or on <= self.to)


@dataclass(frozen=True, slots=True)
class Entry:
    """An enterprise as it stood on one day.

    Attributes:
        number: its place on the list in force that day, from 1; None where it was not listed.
        listed: whether it stood on that list.
        span: the days around that day during which it was listed without a break, if it was.
    """

    id: str
    name: str
    kind: str
    number: int | None
    listed: bool
    span: Span | None
    list_id: str | None
    credit_code: str | None
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class Registry:
    """Lists in the order in which they hold, enterprises by id, sites.

    Attributes:
        place: whose lists, such as 山西省运城市临猗县.
        slug: the same in letters, the beginning of ids.
        lists: those that hold; a withdrawn one is not among them.
        invented: true for the demonstration: none of its enterprises exists.
        withdrawn: lists that were imported and do not count; who withdrew them, when and why is in `acts`.
        acts: what operators did, oldest first.
        sha256: of the file it was read from.
    """

    place: str
    slug: str
    lists: tuple[ListDocument, ...]
    enterprises: Mapping[str, Enterprise]
    sites: tuple[Site, ...] = ()
    invented: bool = False
    withdrawn: tuple[ListDocument, ...] = ()
    acts: tuple[Act, ...] = ()
    sha256: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        for earlier, later in zip(self.lists, self.lists[1:], strict=False):
            if later.valid_from <= earlier.valid_from:
                raise EnterpriseError(
                    Text(
                        f"名单 {later.id} 自 {later.valid_from} 起，不晚于前一份 {earlier.id}（{earlier.valid_from}）",
                        f"list {later.id} holds from {later.valid_from}, no later than {earlier.id} before it "
                        f"({earlier.valid_from})",
                    ),
                    field="valid_from",
                )
        known = set(self.enterprises)
        for wanted in (line.enterprise for document in (*self.lists, *self.withdrawn) for line in document.lines):
            if wanted not in known:
                raise EnterpriseError(
                    Text(f"名单里的企业编号 {wanted} 没有登记", f"a list names the unknown enterprise {wanted}"),
                    field="enterprise",
                )
        for site in self.sites:
            if site.enterprise not in known:
                raise EnterpriseError(
                    Text(
                        f"位置 {site.id} 的企业编号 {site.enterprise} 没有登记",
                        f"site {site.id} belongs to the unknown enterprise {site.enterprise}",
                    ),
                    field="enterprise",
                )

    def in_force(self, on: dt.date) -> ListDocument | None:
        """Return the list that holds on a day; None before the first one known."""
        return next((document for document in reversed(self.lists) if document.valid_from <= on), None)

    @property
    def latest(self) -> dt.date:
        """Return the first day of the newest list, for questions that name no day."""
        return self.lists[-1].valid_from

    def listed(self, on: dt.date) -> tuple[Entry, ...]:
        """Return the entries of the list that holds on a day, in its order."""
        document = self.in_force(on)
        return () if document is None else tuple(self.entry(line.enterprise, on) for line in document.lines)

    def entry(self, enterprise: str, on: dt.date) -> Entry:
        """Return an enterprise as of a day.

        Raises:
            EnterpriseError: no enterprise has this id.
        """
        if enterprise not in self.enterprises:
            raise EnterpriseError(
                Text(f"没有编号 {enterprise} 的企业", f"no enterprise has the id {enterprise}"), field="enterprise"
            )
        document = self.in_force(on)
        number, line = self._lines[document.id].get(enterprise, (None, None)) if document else (None, None)
        name = line.name if line else self._name_near(enterprise, on)
        return Entry(
            id=enterprise,
            name=name,
            kind=kind_of(name),
            number=number,
            listed=line is not None,
            span=next((span for span in self.spans(enterprise) if span.holds(on)), None),
            list_id=document.id if document and line else None,
            credit_code=self.code_of(enterprise),
            sites=tuple(site for site in self.sites if site.enterprise == enterprise),
        )

    def spans(self, enterprise: str) -> tuple[Span, ...]:
        """Return when an enterprise was listed, oldest first; lists that follow one another make one span."""
        found: list[Span] = []
        for document, following in self._followed():
            if enterprise not in self._lines[document.id]:
                continue
            to = following.valid_from - DAY if following else None
            if found and found[-1].to is not None and found[-1].to + DAY == document.valid_from:
                found[-1] = Span(found[-1].since, to)
            else:
                found.append(Span(document.valid_from, to))
        return tuple(found)

    def names(self, enterprise: str) -> tuple[tuple[str, Span], ...]:
        """Return the names under which an enterprise was listed, with their days."""
        found: list[tuple[str, Span]] = []
        for document, following in self._followed():
            _, line = self._lines[document.id].get(enterprise, (None, None))
            if line is None:
                continue
            to = following.valid_from - DAY if following else None
            if found and found[-1][0] == line.name and found[-1][1].to == document.valid_from - DAY:
                found[-1] = (line.name, Span(found[-1][1].since, to))
            else:
                found.append((line.name, Span(document.valid_from, to)))
        return tuple(found)

    def code_of(self, enterprise: str) -> str | None:
        """Return an enterprise's credit code, from the operator or else from the newest list that gives one."""
        return self.enterprises[enterprise].credit_code or next(
            (
                line.credit_code
                for document in reversed(self.lists)
                if (line := self._lines[document.id].get(enterprise, (0, None))[1]) is not None and line.credit_code
            ),
            None,
        )

    def _followed(self) -> Iterator[tuple[ListDocument, ListDocument | None]]:
        return zip(self.lists, (*self.lists[1:], None), strict=True)

    def _name_near(self, enterprise: str, on: dt.date) -> str:
        """Return the last name before a day, else the first one after it."""
        names = self.names(enterprise)
        before = [name for name, span in names if span.since <= on]
        if before or names:
            return before[-1] if before else names[0][0]
        held = (line for document in reversed(self.withdrawn) for line in document.lines)
        return next((line.name for line in held if line.enterprise == enterprise), enterprise)

    @cached_property
    def _lines(self) -> dict[str, dict[str, tuple[int, Listed]]]:
        return {
            document.id: {line.enterprise: (number, line) for number, line in enumerate(document.lines, start=1)}
            for document in self.lists
        }

    def find(self, text: str, on: dt.date) -> Entry:
        """Return the enterprise of an id, an official name of any day, or a number on the list of the day.

        Raises:
            EnterpriseError: there is none.
        """
        if text in self.enterprises:
            return self.entry(text, on)
        if text.isdecimal() and (document := self.in_force(on)) and 0 < int(text) <= len(document.lines):
            return self.entry(document.lines[int(text) - 1].enterprise, on)
        for enterprise in self.enterprises:
            if text in self._all_names(enterprise):
                return self.entry(enterprise, on)
        raise EnterpriseError(
            Text(
                f"没有名称、编号或序号为“{text}”的企业；不确定写法时用 truckban enterprise match",
                f"no enterprise has the name, id or number {text}; truckban enterprise match finds other spellings",
            )
        )

    def _all_names(self, enterprise: str) -> Iterable[str]:
        return [name for name, _ in self.names(enterprise)]
