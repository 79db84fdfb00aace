"""How much one application may ask for: data with its source, never a number in the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from truckban.norms import Notice
from zones.errors import InputError
from zones.text import Text

_NAMES = ("max_vehicles", "max_days", "working_days", "retroactive_days")


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a limit is from; an assumption is the program's own, and says so."""

    text: Text
    assumption: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds an application.

    Attributes:
        max_vehicles: in one batch.
        max_days: from the first to the last day, both included; None: as long as asked.
        working_days: within which it is decided.
        retroactive_days: how many days afterwards a permit may be registered; None: not at all.
        sources: for each of these, where it is from.
    """

    max_vehicles: int
    max_days: int | None
    working_days: int
    retroactive_days: int | None
    sources: Mapping[str, Basis] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the limits with their sources."""
        return {
            name: {
                "value": getattr(self, name),
                "source": self.sources[name].text.zh,
                "source_en": self.sources[name].text.en,
                "assumption": self.sources[name].assumption,
            }
            for name in _NAMES
        }


def limits_for(notice: Notice | None = None, *, permit_kind: str | None = None) -> Limits:
    """Return the limits of a notice's permits: the pack's own, else what the data file has for it, else the defaults.

    Args:
        notice: whose permit is asked for; None where the application does not say yet.
        permit_kind: which of the notice's kinds of permit; None where it has but one.

    Raises:
        InputError: the notice has no such kind of permit.
    """
    table = _table()
    own = table["notices"].get(notice.id, {}) if notice is not None else {}
    rows = {name: own.get(name, table["default"][name]) for name in _NAMES}
    values = {name: row["value"] for name, row in rows.items()}
    sources = {name: Basis(Text(row["zh"], row["en"]), bool(row["assumption"])) for name, row in rows.items()}
    if notice is not None and notice.pack.permits:
        kinds = [kind for kind in notice.pack.permits if permit_kind is None or kind.kind in (None, permit_kind)]
        if not kinds:
            listed = ", ".join(sorted(kind.kind or kind.id for kind in notice.pack.permits))
            raise InputError(
                Text(f"通告没有这种通行证；有：{listed}", f"the notice has no such permit; there are: {listed}"),
                field="permit_kind",
            )
        stated = [(kind.max_days, kind.clause) for kind in kinds if kind.max_days is not None]
        if stated:
            values["max_days"], clause = min(stated)
            said = Text(
                f"{notice.pack.title} {clause}：最长 {values['max_days']} 天",
                f"{notice.pack.title} {clause}: {values['max_days']} days at most",
            )
            sources["max_days"] = Basis(said, assumption=False)
    return Limits(**values, sources=sources)


@cache
def _table() -> Mapping[str, Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - only where permits are asked for

    text = files("truckban.permitting").joinpath("data", "limits.yaml").read_text("utf-8")
    table: Mapping[str, Any] = YAML(typ="safe", pure=True).load(text)
    return table
