"""What a position in China looks like, and how one that was written the wrong way round gives itself away."""

CHINA_LON = (73.0, 136.0)
CHINA_LAT = (3.0, 54.0)
MOST_LON = 180.0
MOST_LAT = 90.0


def looks_swapped(lon: float, lat: float) -> bool:
    """Whether the two numbers make sense in China only the other way round; degrees."""
    return CHINA_LAT[0] <= lon <= CHINA_LAT[1] and CHINA_LON[0] <= lat <= CHINA_LON[1]
