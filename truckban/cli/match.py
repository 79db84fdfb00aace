"""`truckban match`: which streets the drives in a file of traces took, and how sure that is."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, complain, new, write
from truckban.cli.language import Speaker
from truckban.cli.traces_given import law_given, progress, trace_columns, trace_options
from zones.text import Text

if TYPE_CHECKING:
    from truckban.traces.driven import Driven
    from truckban.traces.fixes import Fixes


def command(say: Speaker) -> Command:
    """Build the command."""

    def match(traces: Path, geojson: Path | None, **given: Any) -> int:  # noqa: ANN401
        from truckban.traces.driven import driven  # noqa: PLC0415
        from truckban.traces.fixes import read_fixes  # noqa: PLC0415
        from truckban.traces.in_or_out.paths import ZoneMatcher  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        law, ground = law_given(given["notice"], given["zone"], say)
        timezone = law.pack.timezone
        with progress(say) as step:
            with step(Text("读取轨迹", "reading traces")):
                fixes = read_fixes(
                    traces, timezone=timezone, crs=given["crs"], columns=trace_columns(given["column"], say)
                )
            with step(Text("准备街道", "preparing the streets")):
                streets = ZoneMatcher.of(ground.zone)
                if streets is None:
                    raise InputError(
                        Text("区域文件里没有街道", "the zone's file holds no streets"),
                        file=ground.zone.id,
                        field="--zone",
                    )
            with step(Text("匹配街道", "matching")):
                found = list(driven(fixes, streets))
        for one in found:
            write(json.dumps(as_json(one, fixes, timezone, ground.zone.grade, say), ensure_ascii=False))
        if geojson is not None:
            features = [feature for one in found for feature in features_of(one, fixes, timezone, ground.zone.grade)]
            text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
            geojson.write_text(text + "\n", "utf-8")
        for reject in fixes.rejects:
            reason = reject.reason.of(say.lang)
            complain(f"{reject.file}: {say('第', 'line')} {reject.line}: {reject.field}: {reason}")
        if ground.zone.grade == "schematic":
            complain(
                say(
                    "注意：街道是示意图，结果不得用于执法",
                    "Note: the streets are a schematic; nothing here is fit for enforcement",
                )
            )
        return DONE_WITH_REJECTS if fixes.rejects else DONE

    return new(
        say,
        match,
        "match",
        (
            "轨迹走了哪些街道、方向、时间，有多大把握：每次行程输出一行 JSON。只认区域周边的街道。",
            (
                "Which streets the traces took, in which direction, when, and how sure that is: one JSON line a drive. "
                "Only the streets around the zone are known."
            ),
        ),
        [
            *trace_options(say),
            click.Option(
                ["--geojson"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=say("另存为 GeoJSON，每条街道一个要素", "also write GeoJSON, a feature a street"),
            ),
        ],
    )


def as_json(one: "Driven", fixes: "Fixes", timezone: str, grade: str, say: Speaker) -> dict[str, Any]:
    """Return what is printed of a drive."""
    from zones.matching.words import in_words, streets_driven  # noqa: PLC0415

    streets = streets_driven(one.match)
    return {
        "vehicle_id": fixes.vehicle_ids[one.vehicle],
        "from": _when(streets[0].entered_at, timezone),
        "to": _when(streets[-1].left_at, timezone),
        "text": in_words(streets).of(say.lang),
        "p_inside": round(one.p_inside, 3),
        "streets": [
            {
                "name": street.name,
                "towards": street.towards.of(say.lang) if street.towards else None,
                "entered_at": _when(street.entered_at, timezone),
                "left_at": _when(street.left_at, timezone),
                "length_m": round(street.length_m, 1),
                "p": round(street.p, 3),
            }
            for street in streets
        ],
        "fixes": one.rows.stop - one.rows.start,
        "off_streets": len(one.match.skipped),
        "breaks": len(one.match.breaks),
        "grade": grade,
    }


def features_of(one: "Driven", fixes: "Fixes", timezone: str, grade: str) -> list[dict[str, Any]]:
    """Return the streets of a drive as GeoJSON features, with the vehicle's id and the times as people write them."""
    from zones.matching.words import as_geojson, streets_driven  # noqa: PLC0415

    features: list[dict[str, Any]] = as_geojson(streets_driven(one.match))["features"]
    for feature in features:
        own = feature["properties"]
        own |= {
            "vehicle_id": fixes.vehicle_ids[one.vehicle],
            "entered_at": _when(own["entered_at"], timezone),
            "left_at": _when(own["left_at"], timezone),
            "grade": grade,
        }
    return features


def _when(seconds: float, timezone: str) -> str:
    import datetime as dt  # noqa: PLC0415

    from truckban.moments import rfc3339  # noqa: PLC0415

    return rfc3339(dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC), timezone)
