"""Cases put to the built-in notice on its built-in zone, and where things lie on the schematic."""

from functools import cache
from typing import Any

from pyproj import Geod

from truckban.grounds import ground_for
from truckban.norms import Notice
from truckban.notices.load import notice_named
from truckban.questions.asking import answer
from zones.locate import Locator

PLATE = "晋M12345"
DAY = "2024-05-08T10:00:00+08:00"
INSIDE = {"lon": 110.765, "lat": 35.14}
WUYI = (110.772, 35.1390)
"""On 五一路, inside, 200 m and more from every cross street."""
EAST_RING = (110.796, 35.1430)
"""In the middle of 东环路, 180 m and more from every street that joins it."""
HEAVY: dict[str, Any] = {
    "plate": PLATE,
    "vehicle_type": "重型自卸货车",
    "length_mm": 8600,
    "gross_mass_kg": 25000,
    "energy": "diesel",
}
PERMIT: dict[str, Any] = {
    "plate": PLATE,
    "valid_from": "2024-05-01",
    "valid_to": "2024-05-31",
    "windows": ["09:00-11:00"],
    "roads": None,
    "area": None,
    "status": "active",
}
_ELLIPSOID = Geod(ellps="WGS84")


@cache
def law() -> Notice:
    return notice_named("linyi-2023-5")


@cache
def ground() -> Locator:
    found = ground_for(law())
    assert found is not None
    return found


def ask(
    *,
    vehicle: dict[str, Any] | None = HEAVY,
    at: str = DAY,
    place: dict[str, Any] | None = INSIDE,
    permits: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the answer to one case; what is not said is a heavy truck inside by day."""
    case = {"id": "case", "vehicle": vehicle, "at": at, "place": place, "permits": permits}
    return answer(case, law(), ground())


def truck(
    vehicle_type: str | None,
    length_mm: float | None = None,
    gross_mass_kg: float | None = None,
    energy: str | None = "diesel",
    **others: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return a vehicle's fields."""
    fields = {"length_mm": length_mm, "gross_mass_kg": gross_mass_kg, "energy": energy}
    return {"vehicle_type": vehicle_type, **fields, **others}


def permit(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return `PERMIT` with some fields changed."""
    return {**PERMIT, **changes}


def moved(start: tuple[float, float], *, east_m: float = 0.0, north_m: float = 0.0) -> dict[str, Any]:
    """Return the position some metres away, on the ellipsoid."""
    lon, lat, _ = _ELLIPSOID.fwd(*start, 90.0, east_m)
    lon, lat, _ = _ELLIPSOID.fwd(lon, lat, 0.0, north_m)
    return {"lon": lon, "lat": lat}


def codes(answered: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answered["reasons"]}


def clauses(answered: dict[str, Any]) -> set[str]:
    return {reason["clause"] for reason in answered["reasons"]}


def others(answered: dict[str, Any]) -> dict[str, str]:
    """Return the verdict by other reading."""
    return {other["reading"]: other["verdict"] for other in answered["other_readings"]}


def warned(answered: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in answered["warnings"]}
