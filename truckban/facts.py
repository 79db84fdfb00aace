"""The facts a notice can ask about, and how "we do not know" is written down.

A fact is held as the set of values that are still possible: a category as a bit mask, a number as a closed interval.
A known value is a set of one, an unknown one is the whole domain, so that no rule needs a special case for the unknown.
The same formulas serve one vehicle (Python numbers) and columns of them (NumPy arrays).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from truckban.vehicles.plate_colors import COLOR_CODES
from truckban.vehicles.terms import BODIES, KINDS, NONE, SIZES
from zones.text import Text

Kind = Literal["category", "number", "flag"]
UNKNOWN_NUMBER = (0.0, float("inf"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        name: its name in conditions.
        kind: category (one of `values`), number (>= 0) or flag (true / false).
        asked_as: the input fields that settle it, as `missing` names them.
        label: what a person calls it.
        values: the domain of a category; a flag has `false, true`.
        absent: the value where the caller says nothing; None means unknown.
    """

    name: str
    kind: Kind
    asked_as: tuple[str, ...]
    label: Text
    values: tuple[str, ...] = ()
    absent: str | None = None

    @property
    def everything(self) -> int:
        """The mask of the whole domain: nothing is known."""
        return (1 << len(self.values)) - 1

    def mask(self, values: Iterable[str]) -> int:
        """Return the bit mask of some of the domain's values; KeyError for a value outside it."""
        mask = 0
        for value in values:
            if value not in self.values:
                raise KeyError(value)
            mask |= 1 << self.values.index(value)
        return mask

    def named(self, mask: int) -> list[str]:
        """Return the values of a mask."""
        return [value for bit, value in enumerate(self.values) if mask >> bit & 1]


FLAG = ("false", "true")
ENERGIES = ("diesel", "gasoline", "gas", "electric", "plug_in_hybrid", "hybrid", "fuel_cell", "other")
SERVICES = (
    "none", "police", "fire", "engineering_rescue", "law_enforcement", "clearance", "sanitation", "landscaping",
    "road_maintenance", "municipal_engineering", "medical_waste", "military", "ambulance", "school_bus",
)  # fmt: skip
COLORS = tuple(COLOR_CODES)
BUILTIN: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("kind", "category", ("vehicle_type",), Text("车辆种类", "kind of vehicle"), tuple(sorted(KINDS))),
        Fact(
            "size",
            "category",
            ("gross_mass_kg", "length_mm", "vehicle_type"),
            Text("重/中/轻/微型", "GA 802 size"),
            (*sorted(SIZES), NONE),
        ),
        Fact("body", "category", ("vehicle_type",), Text("车身结构", "body"), (*sorted(BODIES), NONE)),
        Fact("length_mm", "number", ("length_mm",), Text("车长（毫米）", "length, mm")),
        Fact("gross_mass_kg", "number", ("gross_mass_kg",), Text("总质量（千克）", "gross mass, kg")),
        Fact("rated_payload_kg", "number", ("rated_payload_kg",), Text("核定载质量（千克）", "rated payload, kg")),
        Fact("traction_mass_kg", "number", ("traction_mass_kg",), Text("准牵引总质量（千克）", "traction mass, kg")),
        Fact("axles", "number", ("axles",), Text("轴数", "axles")),
        Fact("emission_stage", "number", ("emission_stage",), Text("排放阶段（国几）", "emission stage (China n)")),
        Fact("energy", "category", ("energy",), Text("能源种类", "energy"), ENERGIES),
        Fact("service", "category", ("service",), Text("专门用途", "service"), SERVICES, absent="none"),
        Fact("on_duty", "flag", ("on_duty",), Text("正在执行任务", "on duty"), FLAG),
        Fact("dangerous_goods", "flag", ("dangerous_goods",), Text("运载危险物品", "carries dangerous goods"), FLAG),
        Fact(
            "trip_purpose",
            "category",
            ("trip_purpose",),
            Text("过境或非过境", "transit or local"),
            ("transit", "local"),
        ),
        Fact("plate_color", "category", ("plate_color",), Text("号牌颜色", "plate colour"), COLORS),
    )
}
