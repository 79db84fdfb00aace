"""Tracks with ground truth in the format of Kubička et al. 2015, for the benchmarks of map matching.

A folder `NN` holds `NN.nodes` (lon lat), `NN.arcs` (from to), `NN.track` (lon lat t) and perhaps `NN.route` (arc numbers in
order); all numbers are line numbers from 0.
"""

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class BadTrackError(Exception):
    """A file of a track that cannot be used; says which and why."""


class Track(NamedTuple):
    """One drive, and the streets around it.

    Attributes:
        name: of its folder.
        nodes: (n, 2) lon, lat.
        arcs: (n, 2) from, to.
        fixes: (n, 3) lon, lat, seconds.
    """

    name: str
    nodes: Floats
    arcs: Ints
    fixes: Floats


def folders(root: Path) -> list[Path]:
    """Return the folders of tracks in order."""
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def numbers(path: Path, columns: int) -> Floats:
    """Return the (n, columns) finite numbers of a file.

    Raises:
        BadTrackError: it cannot be read, is empty, or has other columns.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an empty file is told of below
            found = np.loadtxt(path, dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        raise BadTrackError(f"{path}: {error}") from error
    if not found.size:
        raise BadTrackError(f"{path}: is empty")
    if found.shape[1] != columns:
        raise BadTrackError(f"{path}: {found.shape[1]} columns where {columns} are wanted")
    if not np.isfinite(found).all():
        bad = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise BadTrackError(f"{path}: row {bad + 1} is not of finite numbers")
    return found


def whole(path: Path, columns: int) -> Ints:
    """Return the (n, columns) whole numbers of a file.

    Raises:
        BadTrackError: as for `numbers`, or one of them is not whole.
    """
    found = numbers(path, columns)
    if (found != np.rint(found)).any():
        raise BadTrackError(f"{path}: not all numbers are whole")
    return found.astype(np.int64)


def thinned(fixes: Floats, interval_s: float) -> Floats:
    """Keep the first fix, then each one at least `interval_s` after the last kept, and the last; up to 1 s, all of them."""
    if interval_s <= 1.0:
        return fixes
    keep, last = [0], fixes[0, 2]
    for i in range(1, len(fixes)):
        if fixes[i, 2] - last >= interval_s - 1e-6:
            keep.append(i)
            last = fixes[i, 2]
    if keep[-1] != len(fixes) - 1:
        keep.append(len(fixes) - 1)
    return fixes[keep]


def read_track(folder: Path, interval_s: float) -> Track:
    """Return a folder's track, thinned.

    Raises:
        BadTrackError: a file is missing or odd.
    """
    stem = folder / folder.name
    nodes, arcs, fixes = (stem.with_name(f"{folder.name}.{ending}") for ending in ("nodes", "arcs", "track"))
    return Track(folder.name, numbers(nodes, 2), whole(arcs, 2), thinned(numbers(fixes, 3), interval_s))
