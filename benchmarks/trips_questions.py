"""Which questions of a trip each of two planners answered, counted and printed."""

from collections import Counter
from typing import Any

from trips_drawn import Trip


def alternatives(answer: dict[str, Any]) -> set[str]:
    """Return the kinds of what was offered."""
    return {str(one["kind"]) for one in answer["alternatives"]}


def answered(answer: dict[str, Any]) -> bool:
    """Tell whether a way out is offered, or said why there is none."""
    return bool(answer["alternatives"]) or answer["why_none"] is not None


def told(answer: dict[str, Any], *codes: str) -> bool:
    """Tell whether one of some sentences is there."""
    return any(one["code"] in codes for one in answer["says"])


def questions(
    trips: list[Trip], answers: list[dict[str, Any]], said: list[str] | None, plain: list[str] | None
) -> None:
    """Print how many trips each answered of each question."""
    banned = [n for n, answer in enumerate(answers) if answer["verdict"] == "unlawful"]
    out = [n for n in banned if trips[n].kind in {"across", "outside to outside"}]
    ends_in = [n for n, trip in enumerate(trips) if trip.kind.endswith("to inside")]
    begins_in = [n for n, trip in enumerate(trips) if trip.kind.startswith("inside")]
    free = [n for n, answer in enumerate(answers) if answer["verdict"] == "lawful"]
    route_at_all = None if plain is None else sum(s.startswith("success") for s in plain)
    clean = None if said is None else [s == "success" for s in said]

    def theirs(which: list[int]) -> str:
        return "-" if clean is None else str(sum(clean[n] for n in which))

    rows: list[tuple[str, list[int], int, str]] = [
        ("a route as asked", [*range(len(trips))], sum(a["route"] is not None for a in answers), str(route_at_all if plain else "-")),
        ("is it lawful as asked", [*range(len(trips))], sum(a["verdict"] != "undetermined" for a in answers), "0"),
        ("unlawful: first place, time, clause", banned, sum(answers[n]["first_unlawful"]["clause"] is not None for n in banned), "0"),
        ("unlawful, both ends outside: a way round", out, sum("detour" in alternatives(answers[n]) for n in out), theirs(out)),
        ("unlawful: a wait on the way", banned, sum("wait" in alternatives(answers[n]) for n in banned), "0"),
        ("unlawful: another departure", banned, sum("depart" in alternatives(answers[n]) for n in banned), "0"),
        ("unlawful: what a permit has to name", banned, sum("permit" in alternatives(answers[n]) for n in banned), "0"),
("unlawful: any way out, or why there is none", banned, sum(answered(answers[n]) for n in banned), theirs(banned)),
        ("destination inside: said", ends_in, sum(told(answers[n], "trip.destination_inside") for n in ends_in), "0"),
        ("origin inside: said", begins_in, sum(told(answers[n], "trip.origin_inside") for n in begins_in), "0"),
        ("lawful at that hour: left as it is", free, len(free), "see below"),
        ("lawful: less than 2 minutes from a ban, said", free, sum(told(answers[n], "trip.near_ban") for n in free), "0"),
    ]  # fmt: skip
    print(f"\n{'question':46} {'asked':>6} {'ours':>6} {'Valhalla':>9}")
    for question, which, own, peer in rows:
        print(f"{question:46} {len(which):6} {own:6} {peer:>9}")
    if said is not None:
        print("\nValhalla with exclude_polygons, by kind of trip and our verdict:")
        counted = Counter(
            (trip.kind, answer["verdict"], s) for trip, answer, s in zip(trips, answers, said, strict=True)
        )
        for (kind, verdict, s), count in sorted(counted.items()):
            print(f"  {kind:20} {verdict:13} {count:4}  {s}")
    counted_ours = Counter(
        (t.kind, a["verdict"], " ".join(sorted(alternatives(a))) or "-") for t, a in zip(trips, answers, strict=True)
    )
    print("\nours: verdict and alternatives, by kind of trip:")
    for (kind, verdict, kinds), count in sorted(counted_ours.items()):
        print(f"  {kind:20} {verdict:13} {count:4}  {kinds}")
