"""A new list beside a registry: what is added, removed, renamed; and the registry with it.

Nothing here writes: the caller shows the difference, asks, and keeps the new registry (`keeping.keep`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from enterprises.draft import Draft, DraftLine, checked
from enterprises.errors import EnterpriseError, Text
from enterprises.names import Matcher
from enterprises.naming.normal import normal
from enterprises.registry import Enterprise, ListDocument, Listed, Registry, Source

_YEAR_AND_NUMBER = re.compile(r"(\d{4})\D+(\d+)号")


@dataclass(frozen=True, slots=True)
class Kept:
    """An enterprise on both lists; `before` differs from `name` where it was renamed or written otherwise."""

    enterprise: str
    before: str
    name: str
    why: Text

    @property
    def renamed(self) -> bool:
        """Tell whether the new list calls it otherwise."""
        return self.before != self.name


@dataclass(frozen=True, slots=True)
class Likely:
    """A removed and an added name that may be one enterprise under two names; a person has to say so."""

    before: str
    name: str
    score: float
    why: Text


@dataclass(frozen=True, slots=True)
class Change:
    """What a new list changes.

    Attributes:
        old: the list it is compared with; None where there is none yet.
        kept: on both, the renamed among them.
        added: only on the new one; `returned` names those of them that an earlier list had.
        removed: only on the old one.
        likely: pairs of `removed` and `added` that look like one enterprise renamed.
    """

    old: ListDocument | None
    kept: tuple[Kept, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    returned: tuple[str, ...]
    likely: tuple[Likely, ...]

    @property
    def renamed(self) -> tuple[Kept, ...]:
        """Return the enterprises that the new list calls otherwise."""
        return tuple(one for one in self.kept if one.renamed)

    @property
    def empty(self) -> bool:
        """Tell whether both lists have the same names."""
        return not (self.added or self.removed or self.renamed)


def compared(registry: Registry, draft: Draft, *, renamed: Mapping[str, str] | None = None) -> Change:
    """Compare a new list with the newest one of a registry.

    An enterprise is the same where the name is, where the credit code is, where its name is only written otherwise
    (`names.Matcher`), or where the caller says so. All else is added and removed, and told where it looks like a new name.

    Args:
        registry: whose lists.
        draft: the new one.
        renamed: old official name to new one, as the caller knows them.

    Raises:
        EnterpriseError: the draft contradicts itself, or `renamed` names what is not there.
    """
    checked(draft)
    owners = _owners(registry, draft, renamed or {})
    old = registry.lists[-1] if registry.lists else None
    before = {line.enterprise: line.name for line in old.lines} if old else {}
    kept = tuple(
        Kept(owner[0], before[owner[0]], line.name, owner[1])
        for line in draft.lines
        if (owner := owners[line.line, line.name]) and owner[0] in before
    )
    stays = {one.enterprise for one in kept}
    added = [line for line in draft.lines if (owner := owners[line.line, line.name]) is None or owner[0] not in before]
    removed = tuple(name for enterprise, name in before.items() if enterprise not in stays)
    returned = tuple(line.name for line in added if owners[line.line, line.name] is not None)
    fresh = [line.name for line in added if owners[line.line, line.name] is None]
    return Change(
        old, kept, tuple(line.name for line in added), removed, returned, tuple(_likely(registry, removed, fresh))
    )


def with_list(
    registry: Registry, draft: Draft, *, renamed: Mapping[str, str] | None = None, list_id: str | None = None
) -> Registry:
    """Return a registry with a new list behind its others.

    Raises:
        EnterpriseError: as `compared`; no day is known; the list is not later than the newest; its id is taken.
    """
    checked(draft)
    issued = draft.issued or draft.valid_from
    valid_from = draft.valid_from or draft.issued
    if issued is None or valid_from is None:
        raise EnterpriseError(
            Text(
                "不知道名单从哪天起算：文中没有日期，请用 --issued 写明",
                "the day of the list is not known: the file has none, say it with --issued",
            ),
            file=draft.file,
            field="issued",
        )
    name = list_id or _list_id(registry.slug, draft.doc_no, issued)
    if any(document.id == name for document in registry.lists):
        raise EnterpriseError(
            Text(f"名单 {name} 已经在名录里了", f"the list {name} is in the registry already"),
            file=draft.file,
            field="id",
        )
    if any(document.id == name for document in registry.withdrawn):
        raise EnterpriseError(
            Text(
                f"编号 {name} 属于一份已撤回的名单；请用 --id 另给一个",
                f"the id {name} is that of a withdrawn list; give another with --id",
            ),
            file=draft.file,
            field="id",
        )
    owners = _owners(registry, draft, renamed or {})
    enterprises = dict(registry.enterprises)
    lines = []
    width = len(str(len(draft.lines)))
    for number, line in enumerate(draft.lines, start=1):
        owner = owners[line.line, line.name]
        enterprise = owner[0] if owner else f"{name}-{number:0{width}d}"
        enterprises.setdefault(enterprise, Enterprise(enterprise))
        lines.append(Listed(enterprise, line.name, line.credit_code))
    document = ListDocument(
        id=name,
        title=draft.title or "",
        doc_no=draft.doc_no,
        issuer=draft.issuer,
        issued=issued,
        valid_from=valid_from,
        stated_count=draft.stated_count,
        supervision_phone=draft.supervision_phone,
        source=Source(draft.file, draft.sha256, draft.text_sha256),
        note=None,
        lines=tuple(lines),
    )
    if not document.title:
        document = replace(document, title=draft.file)
    return replace(registry, lists=(*registry.lists, document), enterprises=enterprises, sha256=None)


def _list_id(slug: str, doc_no: str | None, issued: dt.date) -> str:
    """Return an id from a document's number (临政办发〔2023〕18号: linyi-2023-18), else from its day."""
    found = _YEAR_AND_NUMBER.search(doc_no or "")
    return f"{slug}-{found[1]}-{found[2]}" if found else f"{slug}-{issued.isoformat()}"


Owners = dict[tuple[int, str], tuple[str, Text] | None]


def _owners(registry: Registry, draft: Draft, renamed: Mapping[str, str]) -> Owners:
    """Return whose each line of a draft is: an enterprise's id with the reason, None for a new one."""
    told = _told(registry, draft, renamed)
    matcher = Matcher(registry)
    codes = {code: enterprise for enterprise in registry.enterprises if (code := registry.code_of(enterprise))}
    found: Owners = {}
    taken: dict[str, DraftLine] = {}
    for line in draft.lines:
        owner = told.get(line.name) or _owner(line, matcher, codes, dropped=set(renamed))
        if owner is not None:
            before = taken.setdefault(owner[0], line)
            if before is not line:
                raise EnterpriseError(
                    Text(
                        f"“{line.name}”和第 {before.line} 行的“{before.name}”是同一家企业的两种写法",
                        f"{line.name} and {before.name} on line {before.line} are one enterprise written in two ways",
                    ),
                    file=draft.file,
                    line=line.line,
                    field="name",
                )
        found[line.line, line.name] = owner
    return found


def _owner(
    line: DraftLine, matcher: Matcher, codes: Mapping[str, str], *, dropped: set[str]
) -> tuple[str, Text] | None:
    if line.credit_code is not None and line.credit_code in codes:
        return codes[line.credit_code], Text("信用代码相同", "the same credit code")
    answer = matcher.match(line.name, credit_code=line.credit_code).match
    if answer is None or answer.name in dropped or answer.score < _SPELT_OTHERWISE:
        return None
    return answer.enterprise, answer.why


# a list is a document: what it leaves out it leaves out on purpose, so only other spellings count as the same name
_SPELT_OTHERWISE = 0.97


# a trade name that differs so is no hint of a new name for the same enterprise
_OTHER_FIRM = {"brand.other", "brand.character"}


def _told(registry: Registry, draft: Draft, renamed: Mapping[str, str]) -> dict[str, tuple[str, Text]]:
    there = {normal(name): enterprise for enterprise in registry.enterprises for name, _ in registry.names(enterprise)}
    new = {line.name for line in draft.lines}
    found = {}
    for before, name in renamed.items():
        if normal(before) not in there:
            raise EnterpriseError(Text(f"名录里没有“{before}”", f"the registry has no {before}"), field="--rename")
        if name not in new:
            raise EnterpriseError(
                Text(f"新名单里没有“{name}”", f"the new list has no {name}"), file=draft.file, field="--rename"
            )
        found[name] = (there[normal(before)], Text("由导入人确认更名", "renamed, as said by the importer"))
    return found


def _likely(registry: Registry, removed: tuple[str, ...], added: list[str]) -> list[Likely]:
    """Return the pairs that look like one enterprise renamed, the likeliest first."""
    matcher = Matcher(registry)
    found = [
        Likely(candidate.name, name, candidate.score, candidate.why)
        for name in added
        for candidate in matcher.match(name).candidates
        if candidate.name in removed and not _OTHER_FIRM & {difference.code for difference in candidate.differences}
    ]
    return sorted(found, key=lambda likely: -likely.score)
