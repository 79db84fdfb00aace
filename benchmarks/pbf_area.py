"""Time and memory to take one town's streets from a PBF with far more outside it: `python benchmarks/pbf_area.py`."""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOWN = (110.77, 35.14)
RADIUS_M = 3000.0
ALONG = 30  # nodes of one street


def write_pbf(path: Path, *, outside: int, inside: int) -> None:
    """Write streets of 30 nodes each: some in the town, the others in a grid some 30 km and more away."""
    import osmium  # noqa: PLC0415 - optional

    count = (inside + outside) // ALONG
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(count):
            far, row = (0.0, number) if number * ALONG < inside else (0.3, number - inside // ALONG)
            lon, lat = TOWN[0] + far + (row // 100) * 0.008, TOWN[1] + far + (row % 100) * 0.0002
            for step in range(ALONG):
                place = (lon + step * 0.0002, lat)
                writer.add_node(osmium.osm.mutable.Node(id=number * ALONG + step + 1, location=place))
        for number in range(count):
            refs = [number * ALONG + step + 1 for step in range(ALONG)]
            tags = {"highway": "residential", "name": f"{number}路"}
            writer.add_way(osmium.osm.mutable.Way(id=number + 1, nodes=refs, tags=tags))


def read(path: Path, *, near: bool) -> None:
    """Read the file and print what it took."""
    import osmnx  # noqa: F401, PLC0415 - its import is no part of the reading

    from zones.area import Around  # noqa: PLC0415
    from zones.network import read_streets  # noqa: PLC0415

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin = time.perf_counter()
    network = read_streets(path, area=Around(*TOWN, RADIUS_M) if near else None)
    took = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    word = "with an area" if near else "whole file"
    print(f"{word:13} {len(network.segments):6} streets  {took:6.1f} s  peak {after:5.0f} MB (before {before:.0f} MB)")


def main() -> None:
    """Write the file and read it in two processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outside", type=int, default=300_000, help="nodes far from the town")
    parser.add_argument("--inside", type=int, default=3_000, help="nodes in the town")
    parser.add_argument("--read", type=Path)
    parser.add_argument("--whole", action="store_true", help="read the whole file too")
    given = parser.parse_args()
    if given.read is not None:
        read(given.read, near=not given.whole)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "province.osm.pbf"
        write_pbf(path, outside=given.outside, inside=given.inside)
        print(f"{path.stat().st_size / 1e6:.1f} MB, {given.outside} nodes outside, {given.inside} inside")
        for more in ([], ["--whole"]) if given.whole else ([],):
            subprocess.run([sys.executable, __file__, "--read", str(path), *more], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
