"""One line of an assessment: what was looked at, what was found, and where that is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from truckban.norms import Notice
from truckban.trips.network import Network
from truckban.trips.rules import Rule, maps_of
from zones.text import Text

Finding = Literal["ok", "problem", "unknown", "info"]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding.

    Attributes:
        code: stable.
        finding: `ok`, `problem` (speaks against it), `unknown` (could not be found out), `info` (to be weighed).
        text: a sentence.
        source: the clause, the article or the data it is from.
        facts: figures and names, JSON.
    """

    code: str
    finding: Finding
    text: Text
    source: Text
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON."""
        return {
            "code": self.code,
            "finding": self.finding,
            "text": self.text.zh,
            "text_en": self.text.en,
            "source": self.source.zh,
            "source_en": self.source.en,
            "facts": dict(self.facts),
        }


def clause(notice: Notice, name: str | None) -> Text:
    """Return a clause of a notice as a source."""
    title = notice.pack.doc_no or notice.pack.title
    return Text(title, title) if name is None else Text(f"{title} {name}", f"{title}, clause {name}")


def streets_and_notices(network: Network) -> Text:
    """Return the streets and the notices that something was worked out by, as a source."""
    zones = "、".join(f"{each.zone.id}（{each.zone.sha256[:12]}）" for each in maps_of(network.rules))
    laws = "、".join(name for rule in network.rules for name in rule.shelf.notices)
    schematic = any(each.zone.grade == "schematic" for each in maps_of(network.rules))
    zh, en = ("，路网是示意图", ", a schematic") if schematic else ("", "")
    return Text(f"通告 {laws}；区域与路网 {zones}{zh}", f"notices {laws}; zones and streets {zones}{en}")


def rule_of(network: Network, notice: str | None) -> Rule | None:
    """Return the rule whose shelf has a notice; the only one where none is named."""
    if notice is None:
        return network.rules[0] if len(network.rules) == 1 else None
    return next((rule for rule in network.rules if notice in rule.shelf.notices), None)
