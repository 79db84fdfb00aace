"""A zone in the notice's own words: edges, sides, parts of roads, junctions.

The same words stand in notice packs and in the specification file of `truckban zone build`.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from zones.errors import TextError

Compass = Literal["north", "south", "east", "west"]
Side = Literal["north", "south", "east", "west", "inside"]
EdgeKind = Literal["road", "junctions", "railway", "river", "administrative"]
Boundary = Literal["included", "excluded", "unstated"]
Name = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Junction(_Model):
    """A place named by the two roads that meet there."""

    junction: tuple[Name, Name]
    direction: Compass | None = Field(
        None, description="which one, where the roads meet more than once: the most northern, ..."
    )


class Part(_Model):
    """A stretch of a road: from a place to a place, or from a place in a direction to the zone's edge."""

    road: Name
    from_: Junction | Name | None = Field(
        None, alias="from", description="a junction, or the name of a point of the specification"
    )
    to: Junction | Name | None = None
    toward: Compass | None = Field(
        None, description="the stretch runs from `from` this way, up to the edge of the zone"
    )

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if self.to is not None and self.toward is not None:
            raise TextError("`to` 和 `toward` 只能有一个", "a part has `to` or `toward`, not both")
        if self.from_ is None and (self.to is not None or self.toward is not None):
            raise TextError("有 `to` 或 `toward` 就必须有 `from`", "a part with `to` or `toward` needs `from`")
        return self


class Edge(_Model):
    """One edge of an area: the zone lies on `side` of `road`."""

    road: Name
    side: Side | None = Field(
        None,
        description="the zone lies on this side of the road (X以北: north; a ring road 以内: inside); absent in an ordered loop",
    )
    kind: EdgeKind = Field("road", description="what the edge is, where it is no road")
    boundary: Boundary = Field(description="不含 / 含 / not said: whether the road itself belongs to the zone")
    part: Part | None = Field(None, description="only this stretch of the road is the edge")
    also: tuple[Name, ...] | None = Field(
        None,
        description="names that the road bears on other stretches, or in the street data: all of them are this edge",
    )


class Area(_Model):
    """An area bounded by named roads, as a notice words it."""

    edges: Annotated[list[Edge], Field(min_length=1)]
    ordered: bool = Field(
        default=False, description="the edges are an ordered loop (A—B—C—A) rather than a set of sides"
    )
    points: dict[Name, Junction] = Field(
        default_factory=dict, description="places that the notice names, and the junction they are"
    )
    carve_outs: list[Part] = Field(default_factory=list, description="stretches inside that stay open")


class ZoneSpec(Area):
    """An area with the name that its zone gets: the specification file of `truckban zone build`."""

    zone: Name
