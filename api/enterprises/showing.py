"""Enterprises as they are answered."""

from functools import lru_cache
from typing import Any

from enterprises.names import Matcher
from enterprises.registry import Entry, Registry
from truckban.freight.enterprise_answers import entry_json
from truckban.freight.enterprise_export import in_wgs84


class _Same:
    """A registry by which one it is: comparing two of them by what they hold takes long."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.registry is other.registry

    def __hash__(self) -> int:
        return id(self.registry)


def matcher_of(registry: Registry) -> Matcher:
    """Return what finds a registry's enterprises by name; made once for each."""
    return _matcher(_Same(registry))


@lru_cache(maxsize=2)
def _matcher(same: _Same) -> Matcher:
    return Matcher(same.registry)


def shown_entry(registry: Registry, entry: Entry, lang: str) -> dict[str, Any]:
    """Return an enterprise as of a day, its sites in WGS 84 too."""
    found = entry_json(registry, entry, lang)
    for site in found["sites"]:
        site["wgs84"] = in_wgs84(site["geometry"], site["crs"])
    return found
