"""What is said of a place."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.places.index import Named


class PlaceShown(BaseModel):
    """A street, a junction, or an enterprise of the published list."""

    kind: Literal["street", "junction", "enterprise"]
    label: str = Field(examples=["五一路 × 北环路"])
    name: str | None = Field(description="of a junction: the word that people have for it", examples=["五一北岗"])
    roads: list[str] = Field(description="of a junction", examples=[["五一路", "北环路"]])
    lon: float | None = Field(description="WGS 84; of a street its middle; null where no position is known")
    lat: float | None
    place: Literal["inside", "boundary_road", "carve_out", "outside", "unsure"] | None = Field(
        description="where that position is"
    )
    end: dict[str, Any] | None = Field(
        description="`origin` or `destination` for `/v1/trips`; null where no position is known",
        examples=[{"junction": ["五一路", "北环路"]}],
    )

    @classmethod
    def of(cls, each: Named) -> "PlaceShown":
        """Return what is shown of a place."""
        return cls.model_validate(each, from_attributes=True)


class PlacesFound(BaseModel):
    """The places that fit, the best first."""

    q: str
    places: list[PlaceShown]
