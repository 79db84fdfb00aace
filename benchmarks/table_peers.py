"""What people write today to find trucks in a zone: a GeoPandas spatial join, and pandas with shapely made as fast as it gets.

Both judge fixes one by one: a fix of a heavy truck inside, by day, less than ten minutes after the one before, makes a passage
longer. Neither cleans, knows the error of receivers, nor looks at the way between fixes.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice

_GAP = pd.Timedelta(minutes=10)
_ZONE = "Asia/Shanghai"
_COLUMNS = ["vehicle_id", "time", "lon", "lat"]


def _area() -> shapely.Geometry:
    ground = ground_for(builtin_notice("linyi-2023-5"), None)
    assert ground is not None  # noqa: S101
    return ground.area


def _banned(vehicles: Path) -> set[str]:
    table = pd.read_csv(vehicles)
    return set(table.loc[table["vehicle_type"].str.startswith(("重型", "中型")), "vehicle_id"])


def _passages(inside: pd.DataFrame) -> int:
    hour = inside["time"].dt.tz_convert(_ZONE).dt.hour
    inside = inside[(hour >= 6) & (hour < 22)]  # noqa: PLR2004
    new = (inside["vehicle_id"] != inside["vehicle_id"].shift()) | (inside["time"].diff() > _GAP)
    found = inside.groupby([inside["vehicle_id"], new.cumsum()])["time"].agg(["min", "max", "size"])
    return len(found)


def by_geopandas(traces: Path, vehicles: Path) -> int:
    """Return how many passages a spatial join and grouping find."""
    import geopandas  # noqa: PLC0415

    frame = pd.read_parquet(traces, columns=_COLUMNS)
    points = geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    zone = geopandas.GeoDataFrame(geometry=[_area()], crs=4326)
    joined = pd.DataFrame(geopandas.sjoin(points, zone, predicate="within").drop(columns="geometry"))
    joined = joined[joined["vehicle_id"].isin(_banned(vehicles))].sort_values(["vehicle_id", "time"])
    return _passages(joined)


def by_pandas_and_shapely(traces: Path, vehicles: Path) -> int:
    """Return how many passages pandas finds: a box first, then a prepared polygon."""
    area = _area()
    shapely.prepare(area)
    west, south, east, north = area.bounds
    frame = pd.read_parquet(traces, columns=_COLUMNS, dtype_backend="pyarrow")
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    near = near[shapely.contains_xy(area, lon[near], lat[near])]
    inside = pd.DataFrame(
        {
            "vehicle_id": frame["vehicle_id"].iloc[near].to_numpy(dtype=object),
            "time": pd.to_datetime(frame["time"].iloc[near].to_numpy(), utc=True),
        }
    )
    inside = inside[inside["vehicle_id"].isin(_banned(vehicles))].sort_values(["vehicle_id", "time"])
    return _passages(inside)
