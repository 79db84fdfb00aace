"""An answer held against the search and against `decide`."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trips_brute_force.blocks import Block, Map
from trips_brute_force.brute import Brute, brute_of
from trips_brute_force.judge import ASK, NO, OPEN, Judge
from trips_brute_force.questions import cases_of
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from zones.errors import InputError

# a permit for a street covers, by position, what lies within its width of the streets that it crosses; plans take each street alone
MOUTH = "at a crossing"
# a truck that must enter a street at the second its ban ends, and leave it at the second it begins again, may do so where streets
# take whole seconds, and miss it by the millimetres to which plans measure them
EDGE = "with no second to spare"
WORDS = {OPEN: "lawful", NO: "unlawful", ASK: "undetermined"}


def first_bit(bits: int) -> int | None:
    """Return the first instant of a set."""
    return (bits & -bits).bit_length() - 1 if bits else None


def epoch(text: str) -> int:
    """Return seconds since 1970 of an RFC 3339 time."""
    return round(dt.datetime.fromisoformat(text).timestamp())


def differ(one: int | None, other: int | None, *, within: int = 1) -> bool:
    """Tell whether two instants differ by more than a second; answers are written to the second."""
    return (one is None) != (other is None) or (one is not None and other is not None and abs(one - other) > within)


def driving(way: Mapping[str, Any], near: int | None = None) -> tuple[list[int], Any, Any]:
    """Return each whole second of driving (since 1970) and where the truck is a hair after it, and half a second later.

    Args:
        way: as answered.
        near: a second (since 1970): each millisecond of it and of those beside it instead.
    """
    line = np.array(way["line"])
    # a hair after the second: at the very instant a truck may be on the line between two places, and leaves it
    at = np.arange(0.05, math.floor(line[-1, 2]), 0.5)
    if near is not None:
        middle = near - epoch(way["depart"])
        at = np.arange(max(middle - 1.0, 0.0005), min(middle + 2.0, line[-1, 2]), 0.001)
    k = np.minimum(np.searchsorted(line[:, 2], at, side="right") - 1, len(line) - 2)
    a, b = line[k], line[k + 1]
    takes = b[:, 2] - a[:, 2]
    # a stand is one point twice, to a centimetre
    moves = np.hypot(*(b - a)[:, :2].T) * 111_000 > 0.05 * takes
    share = ((at - a[:, 2]) / np.where(takes > 0, takes, 1.0))[:, None]
    lon, lat = (a[:, :2] + share * (b[:, :2] - a[:, :2]))[moves].T
    begin = epoch(way["depart"])
    return [begin + math.floor(second) for second in at[moves]], lon, lat


def names_at(way: Mapping[str, Any], seconds: Sequence[int]) -> list[str | None]:
    """Return the street that is driven on at each second."""
    begins = [epoch(step["from"]) for step in way["steps"]]
    return [way["steps"][max(int(np.searchsorted(begins, second, side="right")) - 1, 0)]["road"] for second in seconds]


def faults_of(
    drawn: Map, asked: dict[str, Any], ends: list[tuple[Block, float]], options: Options, answer: Mapping[str, Any]
) -> tuple[list[str], str]:
    """Return where an answer is wrong, and what kind of question it was."""
    judge = Judge(drawn, asked)
    at = epoch(asked.get("depart") or asked["arrive"])
    brute = brute_of(drawn, judge, ends, at - round(options.before_s), at + round(options.ahead_s))
    free = replace(brute, lawful=[(1 << brute.count) - 1] * len(brute.parts))
    found: list[str] = []
    route, others = answer["route"], answer["alternatives"]
    here = at - brute.zero
    if "depart" in asked:
        best = first_bit(free.reached((1 << brute.count) - (1 << here)))
    else:
        best = free.leaves(here).bit_length() - 1
        best = None if best < 0 else best
    if (best is None) != (route is None):
        return [f"as asked: {best} against {route and route['arrive']}"], "none"
    if best is None or route is None:
        return ([] if answer["why_none"] else ["no way and no reason"]), "no way"
    leaves, arrives = epoch(route["depart"]) - brute.zero, epoch(route["arrive"]) - brute.zero
    expected_ = (here, best) if "depart" in asked else (best, here)
    if differ(expected_[0], leaves) or differ(expected_[1], arrives):
        found.append(f"as asked: {best - here} s from the time asked, against {leaves - here} to {arrives - here}")
    seconds, lon, lat = driving(route)
    by_position = max(judge.words(seconds, lon, lat), key=(OPEN, ASK, NO).index)
    seen = list(zip(judge.words(seconds, lon, lat, names_at(route, seconds)), seconds, strict=True))
    if by_position != max((word for word, _ in seen), key=(OPEN, ASK, NO).index):
        found.append(f"{MOUTH}: by position {WORDS[by_position]}, by street {answer['verdict']}")
    word = next((w for w in (NO, ASK) if any(w == one for one, _ in seen)), OPEN)
    first = next((second for one, second in seen if one == word), None) if word != OPEN else None
    said = None if answer["first_unlawful"] is None else epoch(answer["first_unlawful"]["at"])
    if answer["verdict"] != WORDS[word] or differ(first, said, within=2):
        near = [] if said is None else judge.words(*driving(route, said))
        # a corner that is cut for some milliseconds lies between the instants that are looked at
        name = EDGE if answer["verdict"] in {WORDS[one] for one in near} else "as asked"
        found.append(f"{name}: {WORDS[word]} from {first} against {answer['verdict']} from {said}")
    for other in others:
        found += wrong_with(drawn, asked, other)
    if word == OPEN:
        return found + (["alternatives of a lawful trip"] if others else []), WORDS[word]
    found += [*sooner_and_later(brute, others, leaves, here if "arrive" in asked else arrives, round(options.before_s))]
    if (answer["why_none"] is None) != bool(others):
        found.append(f"why_none: {answer['why_none']} with {len(others)} alternatives")
    kinds = "+".join(sorted({o["kind"] for o in others})) or "none"
    return found, f"{WORDS[word]}: {kinds}"


def shorter(brute: Brute) -> Brute:
    """Return the same search, each lawful span a second shorter at each end; what goes on beyond the bits is no end."""
    top = 1 << brute.count - 1
    spans = [seconds & (seconds << 1 | seconds & 1) & (seconds >> 1 | seconds & top) for seconds in brute.lawful]
    return replace(brute, lawful=spans)


def sooner_and_later(
    brute: Brute, others: Sequence[Mapping[str, Any]], leaves: int, by: int, before_s: int
) -> Iterator[str]:
    """Yield where the earliest lawful arrival or the latest lawful departure differ."""
    exact = list(_instants(brute, others, leaves, by, before_s))
    if not any(differ(expected, given) for _, expected, given in exact):
        return
    spare = {what: expected for what, expected, _ in _instants(shorter(brute), others, leaves, by, before_s)}
    for what, expected, given in exact:
        if differ(expected, given):
            other = spare.get(what)
            ends = [end for end in (expected, other) if end is not None]
            between = expected is not None and (
                other is None if given is None else min(ends) - 1 <= given <= max(ends) + 1
            )
            told = [None if end is None else end - leaves for end in (expected, given)]
            yield f"{EDGE if between else 'to the second'}: {what}: {told[0]} against {told[1]}"


def _instants(
    brute: Brute, others: Sequence[Mapping[str, Any]], leaves: int, by: int, before_s: int
) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield an instant's name, what the search finds, and what the answer says."""
    own = [
        (epoch(o["depart"]) - brute.zero, epoch(o["arrive"]) - brute.zero)
        for o in others
        if o["kind"] not in {"permit", "vehicle"}
    ]
    earliest = first_bit(brute.reached((1 << brute.count) - (1 << leaves)))
    yield "earliest lawful arrival", earliest, min((b for a, b in own if a >= leaves), default=None)
    if earliest is not None:
        # a plan arrives a second later where that lets it leave later, and leaves on the next whole second
        least, *_, most = sorted(brute.leaves(earliest + late).bit_length() - 1 for late in range(3))
        last = max((a for a, b in own if a >= leaves and not differ(b, earliest, within=2)), default=None)
        if last is not None:
            yield "latest departure for the earliest arrival", min(max(last, least), most), last
    latest = brute.leaves(by).bit_length() - 1
    given = max((a for a, b in own if a < leaves and b <= by + 1), default=None)
    # the program offers no departure that is earlier by a second or less; where that itself turns on a second, it may
    offered = max(leaves - before_s, 0) <= latest < leaves - 1 or not differ(latest, given)
    yield "latest lawful departure", latest if offered else None, given


def wrong_with(drawn: Map, asked: dict[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield where an alternative is not lawful by position at some second of driving."""
    own = dict(asked)
    if other["kind"] == "permit":
        wanted = other["permit"]
        named = {"roads": wanted["roads"]} if wanted["roads"] else {}
        area = {"area": wanted["area"]} if wanted["area"] else {}
        days = {name: wanted[name] for name in ("valid_from", "valid_to")}
        plate = asked["vehicle"].get("plate") or "晋M10009"
        own["permits"] = [*asked["permits"], {"plate": plate, "windows": wanted["windows"], **days, **named, **area}]
        own["vehicle"] = {**asked["vehicle"], "plate": plate}
    if other["kind"] == "vehicle":
        own["vehicle"] = {name: value for name, value in asked["fleet"][0].items() if name != "id"}
    seconds, lon, lat = driving(other)
    try:
        judge = Judge(drawn, own)
    except InputError as error:
        yield f"{other['kind']} that cannot be read: {error}"
        return
    words = judge.words(seconds, lon, lat)
    # departures are written to the second that has begun
    later = [second + 1 for second in seconds] if any(word != OPEN for word in words) else []
    if later and all(word == OPEN for word in judge.words(later, lon, lat)):
        return
    for second, word, x, y in zip(seconds, words, lon.tolist(), lat.tolist(), strict=True):
        if word != OPEN:
            yield f"{other['kind']}: {word} {second - epoch(other['depart'])} s after departure at {x:.6f}, {y:.6f}"
            return


def checked(seed: int) -> tuple[int, list[tuple[str, list[str]]], Counter[str]]:
    """Return the seed of a map, what is wrong by trip, and what was asked how often."""
    wrong, kinds = [], Counter[str]()
    for number, (drawn, asked, ends, options) in enumerate(cases_of(seed)):
        name = f"{seed}.{number}"
        answer = answer_trip(asked, drawn.streets, drawn.rules, options=options)
        faults, kind = faults_of(drawn, asked, ends, options, answer)
        kinds[kind] += 1
        if faults:
            wrong.append((name, faults))
    return seed, wrong, kinds
