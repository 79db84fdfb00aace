"""What the tests of loads share: a file of rows, read and judged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from enterprises.loads import Loads, Reading, builtin_limits, check_loads, zone_named

SHANGHAI = zone_named("Asia/Shanghai")


def reading(**more: Any) -> Reading:  # noqa: ANN401
    return Reading(**{"limits": builtin_limits(), "zone": SHANGHAI, **more})


def checked(
    folder: Path,
    header: str,
    rows: Sequence[str],
    *,
    fleets: dict[str, int] | None = None,
    **more: Any,  # noqa: ANN401
) -> Loads:
    path = folder / "loads.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return check_loads([path], reading(**more), fleets=fleets)
