"""Is p what it says? Hold the posteriors that `matching.py` wrote against the routes that were driven.

    python benchmarks/matching_reliability.py ROOT OUT_DIR [--png FILE]

ROOT and OUT_DIR as given to `matching.py`. Everything is weighted by the length of arcs. An arc is right where the route
holds it; of arcs with the same ends the first one counts. The expected calibration error is over ten equal bins.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_BINS = 10
_SURE = 0.95


def read(root: Path, out: Path) -> tuple[Floats, Floats, npt.NDArray[np.bool_], float]:
    """Return (p, metres, right) of all arcs that were given a p, and the metres of all routes."""
    p, metres, right, true_m = [], [], [], 0.0
    for file in sorted(out.glob("*.p.csv")):
        name = file.name.removesuffix(".p.csv")
        table = np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)
        lon, lat = np.radians(np.loadtxt(root / name / f"{name}.nodes", ndmin=2)).T
        arcs = np.loadtxt(root / name / f"{name}.arcs", dtype=np.int64, ndmin=2)
        _, first, same = np.unique(arcs, axis=0, return_index=True, return_inverse=True)
        u, v = arcs.T
        half = np.sin((lat[v] - lat[u]) / 2) ** 2 + np.cos(lat[u]) * np.cos(lat[v]) * np.sin((lon[v] - lon[u]) / 2) ** 2
        length = 2 * 6371008.8 * np.arcsin(np.sqrt(half))
        route = np.unique(first[same.ravel()[np.loadtxt(root / name / f"{name}.route", dtype=np.int64, ndmin=1)]])
        ids = first[same.ravel()[table[:, 0].astype(np.int64)]]
        p.append(table[:, 1])
        metres.append(length[ids])
        right.append(np.isin(ids, route))
        true_m += float(length[route].sum())
    if not p:
        sys.exit(f"{out}: no .p.csv")
    return np.concatenate(p), np.concatenate(metres), np.concatenate(right), true_m


def bins_of(p: Floats, metres: Floats, right: npt.NDArray[np.bool_]) -> list[tuple[float, float, float]]:
    """Return (mean p, share that is right, metres) of each bin that is not empty."""
    number = np.minimum((p * _BINS).astype(int), _BINS - 1)
    found = []
    for k in range(_BINS):
        here = number == k
        weight = float(metres[here].sum())
        if weight:
            claimed = float((p * metres)[here].sum()) / weight
            found.append((claimed, float((right * metres)[here].sum()) / weight, weight))
    return found


def draw(bins: list[tuple[float, float, float]], png: Path) -> None:
    """Draw the reliability diagram."""
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(5.5, 5.5))
    axes.plot([0, 1], [0, 1], color="0.7", lw=1, zorder=0)
    claimed, true, weight = np.array(bins).T
    axes.scatter(claimed, true, s=15 + 25 * np.log10(1 + weight / 100), color="#0b5fa5")
    for x, y, metres in bins:
        axes.annotate(f"{metres / 1000:.1f} km", (x, y), xytext=(6, -10), textcoords="offset points", fontsize=8)
    axes.set(
        xlim=(-0.02, 1.08), ylim=(-0.02, 1.08), xlabel="probability given", ylabel="share of length that was driven"
    )
    axes.set_aspect("equal")
    figure.savefig(png, dpi=110, bbox_inches="tight")


def main() -> None:
    """Print the bins and the figures, and draw them if wished."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--png", type=Path)
    given = parser.parse_args()
    p, metres, right, true_m = read(given.root, given.out)
    bins = bins_of(p, metres, right)
    for claimed, true, weight in bins:
        print(f"p {claimed:5.3f}   right {true:5.3f}   {weight / 1000:8.1f} km")
    error = sum(abs(claimed - true) * weight for claimed, true, weight in bins) / float(metres.sum())
    sure = p >= _SURE
    print(f"expected calibration error {error:.4f}")
    print(
        f"of the length given p >= {_SURE}, {(right * metres)[sure].sum() / metres[sure].sum():.4f} is right; "
        f"it covers {(right * metres)[sure].sum() / true_m:.4f} of what was driven"
    )
    if given.png:
        draw(bins, given.png)


if __name__ == "__main__":
    main()
