"""What `truckban zone build` writes down beside the zone, and where it writes: no other zone is ever lost to it."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import complain
from truckban.cli.language import Speaker
from zones.errors import InputError, not_readable
from zones.text import Text

if TYPE_CHECKING:
    from zones.spec import ZoneSpec
    from zones.zone import Zone

_READING = ("crs", "name_column", "layer", "track_crs")


def options(say: Speaker) -> list[click.Parameter]:
    """Build the options; the other functions of this module understand them."""
    return [
        click.Option(
            ["--out"],
            required=True,
            type=click.Path(path_type=Path),
            help=say(
                "写到这个文件（GeoJSON）；原有的同名文件改名留存",
                "file to write (GeoJSON); one of that name is kept beside it",
            ),
        ),
        click.Option(
            ["--replaces"],
            type=click.Path(path_type=Path),
            metavar="OLD.geojson",
            help=say("这个区域接替哪一个：原来的文件", "the zone before this one: its file"),
        ),
    ]


def words(spec: str | None, notice: str | None, zone_id: str | None, say: Speaker) -> "tuple[ZoneSpec, dict[str, Any]]":
    """Return the words to build by, and the notice they are from: `{"id", "sha256"}`, empty for a file of words."""
    from zones.spec_file import read_spec  # noqa: PLC0415

    if (spec is None) == (notice is None):
        raise click.UsageError(say("--spec 和 --notice 要给其中一个", "give one of --spec and --notice"))
    if zone_id is not None and notice is None:
        raise click.UsageError(say("--zone-id 只能和 --notice 一起用", "--zone-id goes with --notice"))
    if spec is not None:
        return read_spec(spec), {}
    from truckban.notices.load import notice_named  # noqa: PLC0415
    from truckban.zone_words import zone_words  # noqa: PLC0415

    law = notice_named(str(notice))
    found = zone_words(law, zone_id)
    others = [zone.id for zone in law.zones.values() if zone.unstated is None and zone.id != found.zone]
    if zone_id is None and others:
        listed = ", ".join(others)
        complain(
            say(
                f"通告有几个区域，这里画的是 {found.zone}；其余用 --zone-id 各画一个文件：{listed}",
                f"the notice has several zones, and this is {found.zone}; build each of the others with --zone-id: {listed}",
            )
        )
    return found, {"id": law.id, "sha256": law.sha256}


def replaced(old: Path | None, out: Path) -> dict[str, Any]:
    """Return the zone before as its name and the hash of its file's bytes; empty where there is none.

    Raises:
        InputError: it is no zone file, or the one to write.
    """
    from zones.zone_file import parse_zone  # noqa: PLC0415

    if out.is_dir():
        raise InputError(
            Text("这是文件夹，应为文件名", "this is a folder; a file name is needed"), file=out.name, field="--out"
        )
    if old is None:
        return {}
    if out.exists() and old.exists() and out.samefile(old):
        raise InputError(
            Text("区域从不改写：新的区域请用另一个文件名", "a zone is never edited: give the new one another name"),
            file=out.name,
            field="--out",
        )
    try:
        data = old.read_bytes()
        before = parse_zone(data.decode("utf-8"), file=old.name)
    except UnicodeDecodeError:
        raise InputError(
            Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=old.name, field="--replaces"
        ) from None
    except OSError as error:
        raise not_readable(old.name, error, field="--replaces") from None
    return {"zone": before.id, "sha256": hashlib.sha256(data).hexdigest()}


def read_with(given: dict[str, Any]) -> dict[str, Any]:
    """Return how the streets were read, as the zone records it, from the options of `zone_streets`."""
    from zones.network import sha256_of  # noqa: PLC0415

    made: dict[str, Any] = {name: given[name] for name in _READING if given.get(name) is not None}
    pairs = [text.partition("=") for text in given["track"]]
    if pairs:
        made["tracks"] = [
            {"road": road.strip(), "file": Path(path).name, "sha256": sha256_of(Path(path))} for road, _, path in pairs
        ]
    return made


def keep(zone: "Zone", out: Path) -> Path | None:
    """Write a zone; returns where another file of that name went, None where there was none.

    A zone is never edited, and none is lost: what stood there gets the beginning of its hash into its name.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    there = out.read_bytes() if out.is_file() else b""
    aside = None
    if there and there != zone.text.encode():
        aside = out.with_name(f"{out.stem}.{hashlib.sha256(there).hexdigest()[:8]}{out.suffix}")
        out.replace(aside)
    zone.write(out)
    return aside
