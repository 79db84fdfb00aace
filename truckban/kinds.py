"""What vehicles have in common that every condition of a notice takes for the same."""

from collections.abc import Hashable, Mapping

from truckban.cases import Case
from truckban.conditions import Bounded, PlateDigit, PlateStarts, leaves
from truckban.logic import ONE
from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.vehicle_facts import VehicleFacts

_NOWHERE = float("nan")


class Kinds:
    """Tells the kinds of vehicles of one notice apart; permits, which are a plate's own, aside."""

    def __init__(self, notice: Notice) -> None:
        """Take the notice whose conditions count."""
        self._settled = notice.settled
        nodes = [leaf for norm in notice.norms.values() for part in norm.parts.values() for leaf in leaves(part)]
        self._bounds = [leaf for leaf in nodes if isinstance(leaf, Bounded)]
        self._prefixes = [leaf for leaf in nodes if isinstance(leaf, PlateStarts)]
        self._by_digit = any(isinstance(leaf, PlateDigit) for leaf in nodes)

    def of(self, vehicle: VehicleFacts) -> Hashable:
        """Return the kind of a vehicle: two of one kind have the same verdict in every case without permits."""
        worlds = []
        for world in vehicle.worlds:
            case = self._case(vehicle, world.numbers)
            worlds.append((*world.categories.values(), None, *(leaf.holds(case) for leaf in self._bounds)))
        case = self._case(vehicle, {})
        return (
            vehicle.vehicle_class,
            tuple(worlds),
            tuple(leaf.holds(case) for leaf in self._prefixes),
            vehicle.plate if self._by_digit else vehicle.plate is None,
        )

    def _case(self, vehicle: VehicleFacts, numbers: Mapping[str, tuple[float, float]]) -> Case:
        """Return what the conditions that tell kinds apart are asked of."""
        return Case(
            logic=ONE,
            day=1,
            second=0,
            categories={},
            numbers=numbers,
            plate=vehicle.plate,
            zones={},
            roads=None,
            lon=_NOWHERE,
            lat=_NOWHERE,
            permits=PermitList(),
            readings=self._settled,
        )
