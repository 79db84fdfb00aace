"""A zone in the notice's own words: edges, sides, parts of roads, junctions.

The same words stand in notice packs and in the specification file of `truckban zone build`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from zones.coords import Crs
from zones.errors import TextError
from zones.kilometres import metres_of

Compass = Literal["north", "south", "east", "west"]
Side = Literal["north", "south", "east", "west", "inside"]
EdgeKind = Literal["road", "junctions", "railway", "river", "administrative"]
Boundary = Literal["included", "excluded", "unstated"]
Name = Annotated[str, Field(min_length=1)]


def _chainage(text: str) -> str:
    if metres_of(text) is None:
        raise TextError(f"`{text}` 不是里程桩号，应如 K764+000", f"`{text}` is no chainage such as K764+000")
    return text


ChainageText = Annotated[str, AfterValidator(_chainage)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Junction(_Model):
    """A place named by the two roads that meet there."""

    junction: tuple[Name, Name]
    direction: Compass | None = Field(
        None, description="which one, where the roads meet more than once: the most northern, ..."
    )


class Chainage(_Model):
    """A place named by its kilometres along a road: K764+000."""

    chainage: ChainageText
    road: Name | None = Field(None, description="whose kilometres; the road of the stretch itself where it is absent")


def _place(value: object) -> str:
    """Tell which way of saying a place is meant, so that an error is about that one only."""
    chainage = "chainage" in value if isinstance(value, dict) else isinstance(value, Chainage)
    return "[chainage]" if chainage else "[junction]"


def _place_or_name(value: object) -> str:
    return "[name]" if isinstance(value, str) else _place(value)


_Junction = Annotated[Junction, Tag("[junction]")]
_Chainage = Annotated[Chainage, Tag("[chainage]")]
Place = Annotated[_Junction | _Chainage, Discriminator(_place)]
PlaceOrName = Annotated[_Junction | _Chainage | Annotated[Name, Tag("[name]")], Discriminator(_place_or_name)]


class Part(_Model):
    """A stretch of a road: from a place to a place, or from a place in a direction to the zone's edge."""

    road: Name
    from_: PlaceOrName | None = Field(
        None, alias="from", description="a junction, a chainage, or the name of a point of the specification"
    )
    to: PlaceOrName | None = None
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


class Post(_Model):
    """A kilometre post as somebody measured it, or as a register has it; a road with any here has no others."""

    road: Name
    chainage: ChainageText
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    crs: Crs = "wgs84"
    source: Name | None = Field(None, description="who says so")
    date: Name | None = Field(None, description="as of when")


class Edge(_Model):
    """One edge of an area: the zone lies on `side` of `road`."""

    road: Name = Field(description="its name; of a railway, a river or an administrative unit where `kind` says so")
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
    points: dict[Name, Place] = Field(
        default_factory=dict, description="places that the notice names, and the junction or the chainage they are"
    )
    carve_outs: list[Part] = Field(default_factory=list, description="stretches inside that stay open")
    posts: list[Post] | None = Field(None, description="kilometre posts of roads whose chainage the notice names")


class ZoneSpec(Area):
    """An area, or roads instead of one, with the name that its zone gets: the specification file of `truckban zone build`."""

    zone: Name
    edges: list[Edge]
    roads: Annotated[list[Part], Field(min_length=1)] | None = Field(
        None, description="roads instead of an area: the zone is these, without the streets that cross them"
    )

    @model_validator(mode="before")
    @classmethod
    def _needs_no_edges_beside_roads(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        if data.get("roads") is not None:
            return {"edges": [], **data}
        return {name: value for name, value in data.items() if name != "edges" or value}  # none at all are missing

    @model_validator(mode="after")
    def _has_edges_or_roads(self) -> Self:
        if bool(self.edges) == (self.roads is not None):
            raise TextError("要有 `edges` 或 `roads` 之一，且只有一个", "it has `edges` or `roads`, and not both")
        if self.roads is not None and (self.carve_outs or self.ordered):
            raise TextError(
                "列出道路的区域没有 `carve_outs` 和 `ordered`：不禁行的路段不要列",
                "a list of roads has no `carve_outs` and no `ordered`: leave out what stays open",
            )
        return self
