"""Who may see plates, and how they look to everybody else."""

from dataclasses import dataclass

from api.access.principal import Principal
from api.access.table import PLATES, WITH_PLATES
from truckban.report.masking import Masker, masked
from zones.text import Text

MASKED = Text("车牌已隐去中间部分", "plates are masked in the middle")


@dataclass(frozen=True)
class Plates:
    """How plates are shown to one caller."""

    full: bool

    def plate(self, plate: str | None) -> str | None:
        """Return a plate as the caller may see it."""
        return plate if self.full or plate is None else masked_plate(plate)

    def vehicle(self, vehicle_id: str, plate: str | None) -> str:
        """Return a fleet's name for a vehicle, which may be its plate or hold it."""
        return vehicle_id if self.full else Masker([plate]).name(vehicle_id)


def masked_plate(plate: str) -> str:
    """Return a plate's first two and last two characters with `***` between, which says that it is masked: 晋M***45."""
    return masked(plate)


def may_see_plates(principal: Principal) -> bool:
    """Tell whether somebody may see plates of vehicles that are not theirs: by role, and a key by its scope too."""
    return principal.role in WITH_PLATES and (principal.scopes is None or PLATES in principal.scopes)


def plates_for(principal: Principal, reach: str) -> Plates:
    """Return how plates are shown; of one's own vehicles in full."""
    return Plates(full=reach == "own" or may_see_plates(principal))
