"""The notices, zones and the list in force, loaded once and ready to be asked."""

from collections.abc import Sequence
from functools import cached_property

from enterprises.registry import Registry
from enterprises.registry_file import registry_named
from truckban.grounds import ground_for
from truckban.notices.shelf import Shelf, shelf_named
from truckban.trips.network import Network, network_of
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text


class Law:
    """What is asked: notices with their zones, the streets, the published list.

    Args:
        notices: built-in names, files or folders, the first one answers questions that name none.
    """

    def __init__(self, notices: Sequence[str]) -> None:
        """Load the notices and their zones; streets and the list are loaded when first asked for."""
        self.names = tuple(notices)
        self._shelves = {shelf.first.id: shelf for shelf in map(shelf_named, self.names)}
        self._grounds = {name: ground_for(shelf.first, None) for name, shelf in self._shelves.items()}
        self.first = next(iter(self._shelves))

    def shelf(self, notice: str | None = None) -> Shelf:
        """Return a notice with those that replace it.

        Raises:
            InputError: there is none of that name.
        """
        found = self._shelves.get(notice or self.first)
        if found is None:
            raise InputError(Text(f"没有通告 {notice}", f"there is no notice {notice}"), field="notice")
        return found

    def ground(self, notice: str | None = None) -> Locator | None:
        """Return the zone of a notice, ready to be asked for places."""
        return self._grounds[self.shelf(notice).first.id]

    @cached_property
    def network(self) -> Network:
        """Return what trips are planned on."""
        return network_of(self.names)

    @cached_property
    def registry(self) -> Registry:
        """Return the published list."""
        return registry_named(None)
