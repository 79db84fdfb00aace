"""What a zone says of its making: the notice, the zone before it, and what the build was told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zones.errors import InputError
from zones.text import Text
from zones.yaml_sayings import said

_SHA256 = r"^[0-9a-f]{64}$"
_PATTERNS = {_SHA256: Text("应为 64 位小写十六进制的 SHA-256", "a SHA-256 is 64 lower-case hexadecimal digits")}
_SHOWN = 12

Name = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=_SHA256)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Position = Annotated[list[_Number], Field(min_length=2, max_length=2)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NoticeSaid(_Said):
    """The notice whose words the zone was built by, and the hash of its pack's bytes."""

    id: Name
    sha256: Sha256


class ReplacesSaid(_Said):
    """The zone before this one, and the hash of its file's bytes."""

    zone: Name
    sha256: Sha256


class TrackSaid(_Said):
    """A drive along a road: its file, without the folder."""

    road: Name
    file: Name
    sha256: Sha256


class BuiltWith(_Said):
    """Options of the build that change its result; what was not set is not there."""

    # a later version may know more: its zones stay readable
    model_config = ConfigDict(extra="allow")

    max_gap_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    bridge: Annotated[list[_Position], Field(min_length=1)] | None = None
    grade: Name | None = None
    crs: Name | None = None
    name_column: Name | None = None
    layer: Name | None = None
    tracks: Annotated[list[TrackSaid], Field(min_length=1)] | None = None
    track_crs: Name | None = None


OPTIONS = frozenset(BuiltWith.model_fields)
_MEMBERS: dict[str, type[_Said]] = {"notice": NoticeSaid, "replaces": ReplacesSaid, "built_with": BuiltWith}


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a zone is built for and how its streets were read; plain data, written into the zone as it is.

    Attributes:
        notice: `{"id", "sha256"}`, where the words are a notice's.
        replaces: `{"zone", "sha256"}` of the zone before.
        read_with: how the streets were read; members as in `BuiltWith`.
    """

    notice: Mapping[str, Any] = field(default_factory=dict)
    replaces: Mapping[str, Any] = field(default_factory=dict)
    read_with: Mapping[str, Any] = field(default_factory=dict)


def check_provenance(head: Mapping[str, Any], *, file: str | None = None) -> None:
    """Check the members `notice`, `replaces` and `built_with` of a zone's head, where it has them.

    Raises:
        InputError: one of them is wrong; the error names the member.
    """
    for name, model in _MEMBERS.items():
        if head.get(name) is None:
            continue
        try:
            model.model_validate(head[name])
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, ("truckban", name, *first["loc"])))
            raise InputError(said(first, model, _PATTERNS), file=file, field=place) from None


def _bridge_words(spots: list[list[float]]) -> Text:
    listed = "; ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in spots)
    return Text(f"同意以直线补缺口：{listed}", f"straight lines agreed to at {listed}")


def _track_words(tracks: list[Mapping[str, Any]]) -> Text:
    listed = "; ".join(f"{track['road']}={_file(track)}" for track in tracks)
    return Text(f"实测轨迹：{listed}", f"drives: {listed}")


_WORDS: dict[str, Callable[[Any], Text]] = {
    "max_gap_m": lambda m: Text(f"沿已画道路补缺口，至多 {m:g} 米", f"gaps closed along drawn ways up to {m:g} m"),
    "bridge": _bridge_words,
    "grade": lambda word: Text(f"等级定为 {word}", f"grade set to {word}"),
    "crs": lambda word: Text(f"街道的坐标系 {word}", f"streets in {word}"),
    "name_column": lambda word: Text(f"路名取自列 {word}", f"street names from the column {word}"),
    "layer": lambda word: Text(f"街道取自图层 {word}", f"streets from the layer {word}"),
    "tracks": _track_words,
    "track_crs": lambda word: Text(f"轨迹的坐标系 {word}", f"drives in {word}"),
}


def option_words(built_with: Mapping[str, Any]) -> dict[str, Text]:
    """Return a sentence for each option of a build, in the order of the file."""
    return {
        name: _WORDS[name](value) if name in _WORDS else Text(f"{name}：{value}", f"{name}: {value}")
        for name, value in built_with.items()
        if value is not None
    }


def source_words(name: str, value: Any) -> Text:  # noqa: ANN401 - JSON, not checked
    """Return a member of a zone's `source` for a person: the area and the added names in words, others as they are."""
    match name, value:
        case "area", {"around": [lon, lat, radius_m]}:
            return Text(f"{lon},{lat} 周围 {radius_m} 米", f"within {radius_m} m of {lon},{lat}")
        case "area", dict():
            listed = ", ".join(f"{part}" for key, part in value.items() if key != "area_sha256") or "-"
            return Text(f"{listed} 以内", f"within {listed}")
        case "overlay", {"file": file, "sha256": sha256}:
            return Text(f"{file} (sha256 {str(sha256)[:_SHOWN]}…)", f"{file} (sha256 {str(sha256)[:_SHOWN]}…)")
        case _, None:
            return Text("未注明", "not stated")
    return Text(str(value), str(value))


def _file(said_of: Mapping[str, Any]) -> str:
    return f"{said_of['file']} (sha256 {said_of['sha256'][:_SHOWN]}…)"


def mark_words(mark: Mapping[str, Any]) -> str:
    """Return a notice or a zone before as its name and the beginning of its hash; a dash where there is none."""
    return f"{mark.get('id') or mark.get('zone')} (sha256 {mark['sha256'][:_SHOWN]}…)" if mark else "—"
