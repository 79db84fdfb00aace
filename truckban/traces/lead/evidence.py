"""What a lead lacks as evidence, by code. A trace is a lead only: a person must confirm it with evidence of another kind.

The sentences say what the articles are about (行政处罚法 41, 公安部令157 art. 18), not how they are worded: their texts were not at hand
when this was written.
"""

from collections.abc import Mapping
from types import MappingProxyType

from truckban.vehicle_facts import VehicleFacts
from zones.text import Text

EVIDENCE: Mapping[str, Text] = MappingProxyType(
    {
        "picture": Text(
            "没有能看清车型、号牌、时间、地点和事实的图像记录（公安部令第157号第十八条）",
            "no picture record that shows vehicle, plate, time, place and fact (Ministry of Public Security Order 157, art. 18)",
        ),
        "device": Text(
            "车载终端不是经过法制和技术审核、公布了设置地点的监控设备，其计时和定位也没有检定记录（行政处罚法第四十一条）",
            "the terminal is no monitoring device that was reviewed and whose place was made public, and its clock and position were not "
            "calibrated (Administrative Penalty Law, art. 41)",
        ),
        "driver": Text("不知道当时是谁驾驶", "who drove is not known"),
        "person": Text("还没有人核实", "no person has verified it yet"),
        "plate": Text("不知道这辆车的号牌", "this vehicle's plate is not known"),
        "registration": Text(
            "没有这辆车的登记信息（不在车辆表中）",
            "this vehicle's registration is not known (it is not in the vehicles' file)",
        ),
        "permit": Text("通行证没有向发证机关核对", "the permit was not checked with its issuer"),
        "survey": Text("区域边界是示意的，没有实测", "the zone's border is schematic, not surveyed"),
    }
)
_ALWAYS = ("picture", "device", "driver", "person")


def missing_evidence(vehicle: VehicleFacts, grade: str, permit_status: str) -> tuple[str, ...]:
    """Return what a lead lacks as evidence, in codes of `EVIDENCE`."""
    found = list(_ALWAYS)
    if vehicle.plate is None:
        found.append("plate")
    if not vehicle.given:
        found.append("registration")
    if permit_status != "none":
        found.append("permit")
    if grade == "schematic":
        found.append("survey")
    return tuple(found)
