"""This project's matcher beside others on the same tracks: accuracy, mismatch, fixes per second.

    python benchmarks/matching_peers.py ROOT WORK_DIR [--tracks 3] [--interval 30] [--score SCRIPT]

The others are LeuvenMapMatching, mappymatch and Valhalla; none of them is a dependency of the project. Each gets an
environment of its own under WORK_DIR (kept for the next time) and is run by a small adapter (`peers/`), a process a track,
one after the other. One that cannot be had is told of with the reason. Timed is matching alone, in the adapter: not the
start of Python, nor making the map, tiles or table; ours and Valhalla's after one match that is not counted (compiling,
loading tiles), and all of them over as many matches as fill 0.3 s. All were given their usual settings for noisy, sparse
fixes and not tuned to these tracks; ours was.
Without `--score`, the measures are those of the script by lengths, without regard to order. One core.
"""

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tracks import Track, folders, read_track, whole

ADAPTERS = Path(__file__).parent / "peers"
EARTH_M = 6371008.8


class Peer(NamedTuple):
    """Another matcher.

    Attributes:
        name: as it is called.
        adapter: the script that runs it.
        needs: what is installed for it; nothing for ours.
        pythons: commands to try, the first one found is used; none for the one that runs this.
    """

    name: str
    adapter: str
    needs: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()


PEERS = (
    Peer("ours", "ours.py"),
    Peer("LeuvenMapMatching", "leuven.py", ("leuvenmapmatching==1.1.4", "rtree", "pyproj")),
    Peer("mappymatch", "mappy.py", ("mappymatch==0.7.1",)),
    Peer(
        "Valhalla", "valhalla_meili.py", ("pyvalhalla==3.9.1", "osmium>=4"), ("python3.14", "python3.13", "python3.12")
    ),
)

Score = Callable[[Track, list[int], list[int]], tuple[float, float, float]]
"""(true metres, metres matched rightly, metres matched) of a track, its route and what was matched."""


class CannotBeHadError(Exception):
    """Why a peer is left out."""


def python_of(peer: Peer, work: Path, more: list[str]) -> str:
    """Return the command of an environment that has the peer, made if it is not there.

    Args:
        peer: the one.
        work: where the environments are.
        more: pythons to try before those that the peer names.

    Raises:
        CannotBeHadError: it cannot be installed.
    """
    if not peer.needs:
        return sys.executable
    home = work / peer.adapter.removesuffix(".py")
    python, done = home / "bin" / "python", home / "installed"
    if done.is_file() and done.read_text("utf-8") == "\n".join(peer.needs):
        return str(python)
    base = (
        None
        if not peer.pythons
        else next((path for name in (*more, *peer.pythons) if runs(path := shutil.which(name))), None)
    )
    if peer.pythons and base is None:
        raise CannotBeHadError(f"needs one of {', '.join(peer.pythons)}")
    for command in (
        [base or sys.executable, "-m", "venv", str(home)],
        [str(python), "-m", "pip", "install", *peer.needs],
    ):
        made = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if made.returncode:
            raise CannotBeHadError(last_line(made.stderr))
    done.write_text("\n".join(peer.needs), "utf-8")
    return str(python)


def runs(path: str | None) -> bool:
    """Return whether a Python is there and starts."""
    return path is not None and not subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode  # noqa: S603


def last_line(text: str) -> str:
    """Return the last line of what a program said."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def run(peer: Peer, python: str, question: str, limit_s: float) -> dict[str, Any]:
    """Match one track.

    Raises:
        CannotBeHadError: the peer fails, or takes too long.
    """
    command = [python, str(ADAPTERS / peer.adapter)]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=question, check=False, capture_output=True, text=True, timeout=limit_s
        )
    except subprocess.TimeoutExpired as error:
        raise CannotBeHadError(f"more than {limit_s:g} s") from error
    if done.returncode:
        raise CannotBeHadError(last_line(done.stderr))
    answer: dict[str, Any] = json.loads(last_line(done.stdout))
    return answer


def by_length(track: Track, route: list[int], matched: list[int]) -> tuple[float, float, float]:
    """Return (true, right, matched) metres, whatever the order."""
    lon, lat = np.radians(track.nodes).T
    a, b = track.arcs.T
    half = np.sin((lat[b] - lat[a]) / 2) ** 2 + np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[b] - lon[a]) / 2) ** 2
    metres = 2 * EARTH_M * np.arcsin(np.sqrt(half))
    first: dict[tuple[int, int], int] = {}
    number = [first.setdefault((int(u), int(v)), k) for k, (u, v) in enumerate(track.arcs)]
    true, found = (Counter(number[arc] for arc in arcs) for arcs in (route, matched))
    sums = [float(sum(metres[arc] * n for arc, n in c.items())) for c in (true, true & found, found)]
    return sums[0], sums[1], sums[2]


def by_script(path: Path) -> Score:
    """Return the measure of a script with `score(net, matched)` and `load(folder)`."""
    spec = importlib.util.spec_from_file_location("score_matching", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no script")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def score(track: Track, route: list[int], matched: list[int]) -> tuple[float, float, float]:
        lon, lat = np.radians(track.nodes).T
        a, b = track.arcs.T
        half = np.sin((lat[b] - lat[a]) / 2) ** 2 + np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[b] - lon[a]) / 2) ** 2
        length = np.rint(2000 * EARTH_M * np.arcsin(np.sqrt(half))).astype(np.int64)
        _, first, inverse = np.unique(track.arcs, axis=0, return_index=True, return_inverse=True)
        net = {"arcs": track.arcs, "length_mm": length, "canon": first[inverse.ravel()], "route": np.array(route)}
        found = script.score(net, matched)
        return found["d0"], found["common"], found["matched"]

    return score


def compared(
    peer: Peer, asked: argparse.Namespace, tracks: list[tuple[Track, list[int]]], score: Score
) -> dict[str, float]:
    """Return the figures of one matcher over all tracks."""
    python = python_of(peer, asked.work, asked.python)
    true = right = matched = seconds = setup = 0.0
    for track, route in tracks:
        question = {"nodes": track.nodes.tolist(), "arcs": track.arcs.tolist(), "fixes": track.fixes.tolist()}
        answer = run(peer, python, json.dumps({**question, "table_m": asked.table_m}), asked.limit_s)
        lengths = score(track, route, answer["arcs"])
        true, right, matched = true + lengths[0], right + lengths[1], matched + lengths[2]
        seconds += answer["match_s"]
        setup += answer["setup_s"]
    return {
        "accuracy": right / true,
        "mismatch": (true + matched - 2 * right) / true,
        "fixes_per_s": sum(len(track.fixes) for track, _ in tracks) / seconds,
        "setup_s": setup,
    }


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="the folder of track folders, with routes")
    parser.add_argument("work", type=Path, help="where the others are installed; made if it is not there")
    parser.add_argument("--tracks", type=int, default=3, help="how many, the first ones that have a route")
    parser.add_argument("--interval", type=float, default=30.0, help="seconds between fixes")
    parser.add_argument("--table-m", type=float, default=2000.0, help="bound of our table")
    parser.add_argument("--limit-s", type=float, default=300.0, help="for one track")
    parser.add_argument("--python", action="append", default=[], help="a Python of 3.12 or later, for Valhalla's wheel")
    parser.add_argument("--score", type=Path, help="a script that scores; without it, by lengths alone")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    return asked


def main() -> None:
    """Run all and print."""
    asked = arguments()
    score = by_script(asked.score) if asked.score else by_length
    with_route = [folder for folder in folders(asked.root) if (folder / f"{folder.name}.route").is_file()]
    tracks = [
        (read_track(folder, asked.interval), whole(folder / f"{folder.name}.route", 1).ravel().tolist())
        for folder in with_route[: asked.tracks]
    ]
    names = ", ".join(track.name for track, _ in tracks)
    print(f"one fix in {asked.interval:g} s, {sum(len(t.fixes) for t, _ in tracks):,} fixes of tracks {names}")
    print(f"{'':18} accuracy mismatch     fixes/s  ours is   map made in")
    ours = 0.0
    for peer in PEERS:
        try:
            found = compared(peer, asked, tracks, score)
        except CannotBeHadError as error:
            print(f"{peer.name:18} left out: {error}")
            continue
        ours = ours or found["fixes_per_s"]
        print(
            f"{peer.name:18} {found['accuracy']:8.4f} {found['mismatch']:8.4f} {found['fixes_per_s']:11,.1f} "
            f"{ours / found['fixes_per_s']:7,.0f} x {found['setup_s']:10.1f} s"
        )


if __name__ == "__main__":
    main()
