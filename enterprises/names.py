"""Which listed enterprise a written name means: one, several ranked, or none, each with a score and why."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from enterprises.codes import code_in, read_code
from enterprises.errors import EnterpriseError, Text
from enterprises.naming.compare import Difference, Weight, differences, score_of
from enterprises.naming.normal import looked_alike, normal
from enterprises.naming.parts import Parts, parts_of
from enterprises.naming.sieve import Sieve
from enterprises.naming.sounds import sounds
from enterprises.registry import Entry, Registry

MOST_CANDIDATES = 5
LEAST_SCORE = 0.35
_LEAST_RATIO = 70
# of two characters one is too little to be near by
_SHORT_BRAND = 2
_MOST_LENGTH = 200
_SAME = Text("名称相同", "the same name")
_BY_CODE = Text("统一社会信用代码相同", "the same unified social credit code")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enterprise that a name may mean.

    Attributes:
        enterprise: its id.
        name: the official name that was compared.
        score: 1 the same name, 0.8 and more the same enterprise written otherwise, less a candidate only.
        differences: what the two names differ in.
        why: the same in words.
    """

    enterprise: str
    name: str
    score: float
    differences: tuple[Difference, ...]
    why: Text

    @property
    def sure(self) -> bool:
        """Tell whether nothing in the name speaks for another firm."""
        return all(difference.weight is Weight.SPELLING for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name means.

    Attributes:
        match: the one enterprise that is meant, or None.
        candidates: the best first, the match included.
        warnings: `(code, sentence)`: what a reader must know.
    """

    match: Candidate | None
    candidates: tuple[Candidate, ...]
    warnings: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    enterprise: str
    name: str
    parts: Parts
    how: Text | None


class Matcher:
    """Matches names against a registry: all its enterprises, of every list, under every name they have had."""

    def __init__(self, registry: Registry) -> None:
        """Take the names apart once, and index them by trade name, by its looks, its sound and its parts."""
        self.registry = registry
        self._places = _places(registry)
        self._known = list(_known(registry, self._places))
        self._exact: dict[str, list[_Known]] = {}
        self._near: dict[str, list[_Known]] = {}
        self._codes = {
            code: enterprise for enterprise in registry.enterprises if (code := registry.code_of(enterprise))
        }
        for known in self._known:
            self._exact.setdefault(known.parts.text, []).append(known)
            for key in _keys(known.parts, listed=True):
                self._near.setdefault(key, []).append(known)
        self._texts = [known.parts.text for known in self._known]
        self._sieve = Sieve(known.parts.brand for known in self._known)

    def match(self, name: str, *, credit_code: str | None = None) -> Answer:
        """Return what a name means.

        Args:
            name: as somebody wrote it; a credit code within it is found.
            credit_code: the unified social credit code, where there is one.

        Raises:
            EnterpriseError: the name is empty or beyond all sense.
        """
        if not name.strip() or len(name) > _MOST_LENGTH:
            raise EnterpriseError(
                Text(f"名称应有 1 到 {_MOST_LENGTH} 个字", f"a name has 1 to {_MOST_LENGTH} characters"), field="name"
            )
        warnings: list[tuple[str, Text]] = []
        code, text = code_in(name) if len(name) > len(_BY_CODE.zh) else (None, name)
        if credit_code:
            try:
                code = read_code(credit_code)
            except EnterpriseError as error:
                warnings.append(("credit_code.invalid", error.text))
        ranked = self._ranked(text) if self._may_be_near(text) else []
        match, ranked = self._chosen(ranked)
        if code is not None:
            match, ranked = self._with_code(code, match, ranked, warnings)
        return Answer(match, tuple(ranked[:MOST_CANDIDATES]), tuple(warnings))

    def entry(self, answer: Answer, on: dt.date) -> Entry | None:
        """Return the matched enterprise as of a day, None where nothing matched."""
        return None if answer.match is None else self.registry.entry(answer.match.enterprise, on)

    def _may_be_near(self, text: str) -> bool:
        """Tell whether a name is worth taking apart: no trade name is near, nor the whole name, for most that are written."""
        plain = normal(text)
        return bool(plain) and (
            self._sieve.passes(plain)
            or process.extractOne(plain, self._texts, scorer=ratio, score_cutoff=_LEAST_RATIO) is not None
        )

    def _ranked(self, text: str) -> list[Candidate]:
        written = parts_of(text, self._places)
        exact = self._exact.get(written.text)
        near = exact or self._around(written)
        best: dict[str, Candidate] = {}
        for known in near:
            found = differences(written, known.parts)
            score = score_of(found)
            if score < LEAST_SCORE or (known.enterprise in best and best[known.enterprise].score >= score):
                continue
            best[known.enterprise] = Candidate(known.enterprise, known.name, score, tuple(found), _why(found, known))
        return sorted(best.values(), key=lambda candidate: (-candidate.score, candidate.enterprise))

    def _around(self, written: Parts) -> list[_Known]:
        """Return the enterprises whose trade name is near, and those whose whole name is."""
        found: dict[int, _Known] = {}
        for key in _keys(written):
            for known in self._near.get(key, ()):
                found[id(known)] = known
        if not found:
            for _, _, place in process.extract(
                written.text, self._texts, scorer=ratio, score_cutoff=_LEAST_RATIO, limit=MOST_CANDIDATES
            ):
                found[id(self._known[place])] = self._known[place]
        return list(found.values())

    @staticmethod
    def _chosen(ranked: Sequence[Candidate]) -> tuple[Candidate | None, list[Candidate]]:
        """Return the one that is sure, if it is the only one or the only one written out in full."""
        sure = [candidate for candidate in ranked if candidate.sure]
        if len(sure) > 1:
            sure = [candidate for candidate in sure if not candidate.differences]
        return (sure[0] if len(sure) == 1 else None), list(ranked)

    def _with_code(
        self, code: str, match: Candidate | None, ranked: list[Candidate], warnings: list[tuple[str, Text]]
    ) -> tuple[Candidate | None, list[Candidate]]:
        """Let a credit code decide: it names one legal person whatever that is called."""
        owner = self._codes.get(code)
        if owner is not None:
            other = [candidate for candidate in ranked if candidate.enterprise != owner]
            mine = next((candidate for candidate in ranked if candidate.enterprise == owner), None)
            if mine is None or not mine.sure:
                warnings.append(
                    (
                        "credit_code.other_name",
                        Text("代码相符，名称不符：请核对", "the code fits and the name does not: look again"),
                    )
                )
            name = self.registry.entry(owner, self.registry.latest).name
            chosen = Candidate(owner, name, 1.0, (), _BY_CODE)
            return chosen, [chosen, *other]
        if match is not None and (known := self.registry.code_of(match.enterprise)) is not None:
            warnings.append(
                (
                    "credit_code.other",
                    Text(
                        f"名称相符，但代码不同（登记的是 {known}）：是另一个主体",
                        f"the name fits and the code does not ({known} is known): another legal person",
                    ),
                )
            )
            return None, ranked
        return match, ranked


def _places(registry: Registry) -> tuple[str, ...]:
    """Return the divisions that the registry's own names begin with and no table has."""
    names = (name for enterprise in registry.enterprises for name, _ in registry.names(enterprise))
    found = {path[1] for name in names if (path := parts_of(name).region)[:1] == ("?",)}
    return tuple(sorted(found, key=lambda place: (-len(place), place)))


def _known(registry: Registry, places: tuple[str, ...]) -> Iterable[_Known]:
    for enterprise, one in registry.enterprises.items():
        names = registry.names(enterprise)
        for number, (name, span) in enumerate(names):
            former = number < len(names) - 1
            how = Text(f"曾用名（至 {span.to}）", f"its former name (to {span.to})") if former else None
            yield _Known(enterprise, name, parts_of(name, places), how)
        for alias in one.aliases:
            how = Text(f"别名（{alias.source}）", f"another name of it ({alias.source})")
            yield _Known(enterprise, alias.name, parts_of(alias.name, places), how)


def _keys(parts: Parts, *, listed: bool = False) -> set[str]:
    """Return the keys under which names with a like trade name meet."""
    brand = looked_alike(parts.brand)
    if not brand:
        return {f"={normal(parts.text)}"}
    keys = {f"={brand}", f"s{''.join(sorted(brand))}"}
    keys |= {f"~{sound}" for sound in sounds(brand)}
    if parts.house:
        keys.add(f"={looked_alike(parts.house + parts.brand)}")
    if len(brand) > _SHORT_BRAND:
        keys |= {f"-{brand[:place]}{brand[place + 1 :]}" for place in range(len(brand))}
        keys |= {f"={brand[1:]}", f"={brand[:-1]}", f"-{brand}"}
    elif not listed:
        keys.add(f"-{brand}")
    return keys


def _why(found: Sequence[Difference], known: _Known) -> Text:
    texts = [difference.text for difference in found] or [_SAME]
    if known.how is not None:
        texts = [known.how, *texts]
    return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))
