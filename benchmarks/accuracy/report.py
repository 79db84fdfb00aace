"""The result as tables, JSON and a picture."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from accuracy.errors import Receiver
from accuracy.facts import ADDED, LACKING, NAMES
from accuracy.score import CLASSES_M, SURE, Tally, bounds, reliability

Cells = Mapping[tuple[str, Receiver], Tally]
_SHOWN = ("50-100", "100-200", "200-300", ">=300", ">=300 seen")
TARGET_FALSE, TARGET_FOUND = 1e-4, 0.99


def table(cells: Cells) -> str:
    """Return the main table: a line a ground and receiver."""
    heads = [
        "ground",
        "noise m",
        "every s",
        "lawful",
        "accused",
        "95 % of",
        "held back",
        *(f"found {c} m" for c in _SHOWN),
    ]
    heads += [f"p>={SURE} true", "stray", "fixes", "check s"]
    rows = []
    for (ground, receiver), tally in cells.items():
        low, high = bounds(tally.accused, tally.lawful)
        said, true = tally.sure()
        rows.append(
            [
                ground,
                f"{receiver.noise_m:g}",
                f"{receiver.every_s:g}",
                str(tally.lawful),
                str(tally.accused),
                f"{low * 1e4:.1f}-{high * 1e4:.1f}/10k",
                str(tally.lawful_unsure),
                *(_share(*tally.wanted[name][1::-1]) for name in _SHOWN),
                _share(true, said),
                str(tally.stray),
                str(tally.fixes),
                f"{tally.seconds:.0f}",
            ]
        )
    return _aligned([heads, *rows])


def details(cells: Cells) -> str:
    """Return what became of each class of intrusion, and the reliability of p, over all cells."""
    rows = [["length m", "intrusions", "found", "95 % of", "only unsure", "nothing"]]
    for name in CLASSES_M:
        total, found, unsure = (sum(tally.wanted[name][k] for tally in cells.values()) for k in range(3))
        low, high = bounds(found, total)
        rows.append([name, str(total), str(found), f"{low:.1%}-{high:.1%}", str(unsure), str(total - found - unsure)])
    claims = [["p from", "passages", "mean p", "true", "95 % of"]]
    for mean, share, count, edge in reliability([one for tally in cells.values() for one in tally.p]):
        low, high = bounds(round(share * count), count)
        claims.append([f"{edge:.2f}", str(count), f"{mean:.3f}", f"{share:.3f}", f"{low:.3f}-{high:.3f}"])
    return _aligned(rows) + "\n\n" + _aligned(claims)


def facts(cells: Cells) -> str:
    """Return what the facts of leads are off by: said less true, a line a fact, ground and receiver."""
    rows = [["fact", "ground", "noise m", "every s", "leads", "5 %", "median", "95 %", "worst"]]
    for name in NAMES:
        for (ground, receiver), tally in cells.items():
            off = np.array(tally.facts.get(name, []))
            if len(off):
                marks = [*np.quantile(off, [0.05, 0.5, 0.95]), off[np.abs(off).argmax()]]
                head = [name, ground, f"{receiver.noise_m:g}", f"{receiver.every_s:g}", str(len(off))]
                rows.append([*head, *(f"{mark:.1f}" for mark in marks)])
    streets = [["streets", "ground", "noise m", "every s", "of", "share"]]
    for name in (LACKING, ADDED):
        for (ground, receiver), tally in cells.items():
            wrong = tally.facts.get(name, [])
            head = [name, ground, f"{receiver.noise_m:g}", f"{receiver.every_s:g}"]
            streets.append([*head, str(len(wrong)), _share(int(sum(wrong)), len(wrong))])
    return _aligned(rows) + "\n\n" + _aligned(streets)


def verdicts(cells: Cells) -> str:
    """Return whether the targets are reached, with what the numbers can show."""
    lawful, accused = (sum(getattr(tally, name) for tally in cells.values()) for name in ("lawful", "accused"))
    total, found = (sum(tally.wanted[">=300"][k] for tally in cells.values()) for k in (0, 1))
    said, true = (sum(tally.sure()[k] for tally in cells.values()) for k in (0, 1))
    lines = [
        ("lawful truck-days accused", accused, lawful, "< 0.01 %", lambda low, high: (high < TARGET_FALSE, low >= TARGET_FALSE)),
        ("intrusions of 300 m or more found", found, total, ">= 99 %", lambda low, high: (low >= TARGET_FOUND, high < TARGET_FOUND)),
        (f"passages of p >= {SURE} true", true, said, ">= 95 %", lambda low, high: (low >= SURE, high < SURE)),
    ]  # fmt: skip
    rows = []
    for name, hits, trials, target, shown in lines:
        low, high = bounds(hits, trials)
        met, failed = shown(low, high) if trials else (False, False)
        word = "shown" if met else "not reached" if failed else "too few to show"
        rows.append([name, f"{hits} of {trials}", f"{low:.3%} to {high:.3%}", f"target {target}", word])
    return _aligned(rows)


def places(cells: Cells, most: int) -> str:
    """Return where, and in which tours, lawful trucks were accused, the most frequent first."""
    counts = Counter(
        (ground, one["kind"], "/".join(one["true_roads"]), "/".join(one["claimed_roads"]) or "-")
        for (ground, _), tally in cells.items()
        for one in tally.failures
        if one["failure"] != "missed"
    )
    rows = [["false leads", "ground", "tour", "was on", "said to be on"]]
    rows += [[str(count), *place] for place, count in counts.most_common(most)]
    return _aligned(rows)


def failures(cells: Cells, most: int) -> str:
    """Return the first failures of each cell, as lines."""
    lines = []
    for (ground, receiver), tally in cells.items():
        for one in tally.failures[:most]:
            facts = ", ".join(f"{name} {_said(value)}" for name, value in one.items() if name not in ("failure", "day"))
            lines.append(
                f"{ground} {receiver.noise_m:g} m {receiver.every_s:g} s {one['day']} {one['failure']}: {facts}"
            )
    return "\n".join(lines)


def as_json(cells: Cells, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that was counted."""
    return {
        "options": dict(options),
        "cells": [
            {
                "ground": ground,
                "receiver": {name: getattr(receiver, name) for name in receiver.__dataclass_fields__},
                "lawful": tally.lawful,
                "accused": tally.accused,
                "accused_bounds": bounds(tally.accused, tally.lawful),
                "lawful_unsure": tally.lawful_unsure,
                "found": {
                    name: dict(zip(("all", "found", "unsure"), counts, strict=True), bounds=bounds(*counts[1::-1]))
                    for name, counts in tally.wanted.items()
                },
                "sure": dict(zip(("passages", "true"), tally.sure(), strict=True)),
                "reliability": [
                    {"from": edge, "mean_p": mean, "true": share, "passages": count}
                    for mean, share, count, edge in tally.reliability()
                ],
                "leads": tally.leads,
                "stray": tally.stray,
                "fixes": tally.fixes,
                "seconds": round(tally.seconds, 1),
                "failures": tally.failures,
            }
            for (ground, receiver), tally in cells.items()
        ],
    }


def draw(cells: Cells, png: Path) -> None:
    """Draw the reliability of p, a line a ground."""
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    for ground in dict.fromkeys(name for name, _ in cells):
        found = reliability([one for (name, _), tally in cells.items() if name == ground for one in tally.p])
        if not found:
            continue
        p, share, counts, _ = zip(*found, strict=True)
        spans = [bounds(round(s * n), n) for s, n in zip(share, counts, strict=True)]
        errors = [[s - low for s, (low, _) in zip(share, spans, strict=True)]]
        errors.append([high - s for s, (_, high) in zip(share, spans, strict=True)])
        axes.errorbar(
            p, share, yerr=errors, marker="o", markersize=4, capsize=2, label=f"{ground}, {sum(counts)} passages"
        )
    axes.set(xlabel="p of the passage", ylabel="share that drove inside", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    figure.tight_layout()
    figure.savefig(png, dpi=150)
    plt.close(figure)


def _share(hits: int, trials: int) -> str:
    if not trials:
        return "-"
    return f"{hits}/{trials} {hits / trials:.1%} (>={bounds(hits, trials)[0]:.1%})"


def _said(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if k == 0 else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
