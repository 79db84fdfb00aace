"""`truckban enterprise export`: the list of a day as CSV, JSON, Excel or GeoJSON."""

from pathlib import Path

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.enterprise_given import day_given, on_option, registry_given, registry_option
from truckban.cli.language import Speaker

FORMATS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".geojson": "geojson"}


def export_command(say: Speaker) -> Command:
    """Build `export`."""

    def export(out: str, registry: str | None, on: str | None) -> int:
        from truckban.freight.enterprise_export import exported  # noqa: PLC0415

        path = Path(out)
        kind = FORMATS.get(path.suffix.lower())
        if kind is None:
            known_endings = " ".join(FORMATS)
            raise click.UsageError(
                say(
                    f"文件名应以 {known_endings} 之一结尾：{path.name}",
                    f"a file name ends in one of {known_endings}: {path.name}",
                )
            )
        known = registry_given(registry)
        data, count = exported(known, day_given(on, say) or known.latest, kind, say.lang)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        write(say(f"{path.name}：{count} 家", f"{path.name}: {count} enterprises"))
        return DONE

    return new(
        say,
        export,
        "export",
        (
            "把某日的名单写成 CSV、JSON、Excel 或 GeoJSON（按文件名后缀）",
            "Write the list of a day as CSV, JSON, Excel or GeoJSON, by the file's ending",
        ),
        [click.Argument(["out"], metavar=say("输出文件", "OUT")), registry_option(say), on_option(say)],
    )
