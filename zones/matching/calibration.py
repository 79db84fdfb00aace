"""From what the model believes to what can be claimed."""

import numpy as np

from zones.matching.graph import Floats

# measured: even where the model sees no alternative, about one metre in a hundred is wrong (the map, not the model)
MOST = 0.99


def calibrated(p: Floats) -> Floats:
    """Return probabilities that can be claimed: never above `MOST`."""
    return np.clip(p, 0.0, MOST)


def claimed(p: float) -> float:
    """Return the same of one probability, for which `np.clip` takes ten times as long."""
    return min(max(p, 0.0), MOST)
