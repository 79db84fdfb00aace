"""What a person calls the facts that an answer lacks."""

from collections.abc import Mapping
from types import MappingProxyType

from truckban.norms import Notice
from zones.text import Text

MISSING: Mapping[str, Text] = MappingProxyType(
    {
        "vehicle_type": Text("车辆类型（行驶证）", "vehicle type (licence)"),
        "length_mm": Text("车长", "length"),
        "gross_mass_kg": Text("总质量", "gross mass"),
        "energy": Text("能源种类", "energy"),
        "service": Text("专门用途", "service"),
        "on_duty": Text("当时是否执行公务", "whether it was on duty"),
        "plate": Text("号牌号码", "plate"),
        "permit": Text("通行证的内容（有一行读不了）", "what its permit says (its row could not be read)"),
        "place": Text("确切位置", "exact place"),
    }
)


def missing_words(field: str, notice: Notice) -> Text:
    """Return what a person calls a missing fact: in these words, else in the notice's, else as the field is named."""
    if field in MISSING:
        return MISSING[field]
    return notice.facts[field].label if field in notice.facts else Text(field, field)
