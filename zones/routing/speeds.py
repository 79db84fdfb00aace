"""How fast trucks are assumed to drive on a class of street, and where they may not stop and wait: data, with reasons.

The built-in figures are `data/truck_speeds.yaml`. They are assumptions for planning: how long a trip takes is an estimate.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zones.errors import InputError, not_readable
from zones.osm_conditions import clauses_of
from zones.routing.measures import speed_of
from zones.text import Text
from zones.yaml_sayings import said
from zones.yaml_tree import located, read_tree

Tags = Iterable[tuple[str, str]]
Reason = Annotated[str, Field(min_length=1)]

_BUILTIN = "truck_speeds.yaml"
_BEGINS = Text(
    "车速文件应以 `format: truckban-truck-speeds-1` 开头，逐项写“键: 值”",
    "a file of speeds begins with `format: truckban-truck-speeds-1` and has `key: value` lines",
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Speed(_Part):
    """A speed and why it is assumed. No truck may drive faster than 100 km/h anywhere (实施条例第七十八条)."""

    kmh: float = Field(ge=1, le=100, allow_inf_nan=False)
    reason: Reason


class NoStanding(_Part):
    """Where a truck may not stop and wait, each with its source."""

    highways: dict[str, Reason] = {}
    roundabout: Reason | None = None
    bridge: Reason | None = None
    tunnel: Reason | None = None


class Speeds(_Part):
    """The assumptions of `data/truck_speeds.yaml`, or of a file of the same form.

    Attributes:
        format: of the file.
        speeds: km/h by OSM `highway`.
        otherwise: of any other class.
        limits: km/h of values of `maxspeed` that are words.
        no_standing: where a truck may not stop and wait.
    """

    format: Literal["truckban-truck-speeds-1"]
    speeds: dict[str, Speed]
    otherwise: Speed
    limits: dict[str, Speed] = {}
    no_standing: NoStanding = NoStanding()


def load_speeds(path: str | Path | None = None) -> Speeds:
    """Read a file of speeds.

    Args:
        path: YAML, UTF-8, of the form of `data/truck_speeds.yaml`; None is that file.

    Raises:
        InputError: it cannot be read, or the first thing that is wrong with it, by line.
    """
    if path is None:
        return _builtin()
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise not_readable(str(path), error) from error
    return _parsed(Path(path).name, text)


@cache
def _builtin() -> Speeds:
    return _parsed(_BUILTIN, files("zones.routing").joinpath("data", _BUILTIN).read_bytes())


def _parsed(file: str, text: bytes) -> Speeds:
    tree = read_tree(file, text, _BEGINS)
    try:
        return Speeds.model_validate(tree)
    except ValidationError as error:
        placed = [(*located(tree, item["loc"]), item) for item in error.errors()]
        line, field, item = min(placed, key=lambda one: one[0])
        raise InputError(said(item, Speeds), file=file, line=line, field=field) from None


def speed_kmh(highway: str, tags: Tags, speeds: Speeds, *, forward: bool = True) -> float:
    """Return the km/h that a truck is assumed to drive on a street.

    The speed of its class, or what its signs allow where that is less: `maxspeed`, `maxspeed:hgv`, and the least of the
    conditional ones whatever their condition. Values that cannot be read cap nothing.

    Args:
        highway: OSM `highway`.
        tags: `Segment.truck_tags`.
        speeds: the assumptions.
        forward: along the segment's line.
    """
    assumed = speeds.speeds.get(highway, speeds.otherwise).kmh
    caps = (_cap(value, speeds) for _, value in _signs(dict(tags), ":forward" if forward else ":backward"))
    return min([assumed, *(cap for cap in caps if cap is not None)])


def _signs(tags: dict[str, str], way: str) -> Iterator[tuple[str, str]]:
    """Yield the tags that bind in one direction with their values, conditional ones one by one."""
    for tag in ("maxspeed", "maxspeed:hgv"):
        own = next((name for name in (tag + way, tag) if name in tags), None)
        if own is not None:
            yield own, tags[own]
        for name in (f"{tag}:conditional", f"{tag}{way}:conditional"):
            if name in tags:
                yield from ((name, clause.value) for clause in clauses_of(tags[name]))


def _cap(value: str, speeds: Speeds) -> float | None:
    word = speeds.limits.get(value.strip())
    return speed_of(value) if word is None else word.kmh


def may_stand(highway: str, roundabout: bool, tags: Tags = (), *, speeds: Speeds) -> bool:  # noqa: FBT001 - of a segment
    """Tell whether a truck may stop and wait on a street, by what is known of it: no map says where signs forbid it.

    Args:
        highway: OSM `highway`.
        roundabout: whether it is one.
        tags: `Segment.truck_tags`, for bridges and tunnels.
        speeds: the assumptions.
    """
    where, given = speeds.no_standing, dict(tags)
    if highway in where.highways or (roundabout and where.roundabout is not None):
        return False
    over = where.bridge is not None and given.get("bridge", "no") != "no"
    under = where.tunnel is not None and given.get("tunnel", "no") != "no"
    return not (over or under)
