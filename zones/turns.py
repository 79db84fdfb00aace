"""Turn rules of OSM for trucks: which of two segments may not follow the other (OSM wiki, Relation:restriction)."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from zones.network import Segment, TurnRule, UnreadTurn
from zones.osm_checks import id_of, member_ways_of, members_of, tags_of
from zones.osm_conditions import clauses_of
from zones.osm_tags import is_turn
from zones.text import Text

# the rule that trucks have for themselves comes before that for all
_PLAIN = ("restriction:hgv", "restriction")
_CONDITIONAL = ("restriction:conditional", "restriction:hgv:conditional")
# of `except`: whom a rule does not bind
_FREE = frozenset({"hgv", "motor_vehicle", "vehicle"})
_LIFTED = frozenset({"none", "no", "yes", "off"})
_SEGMENT = re.compile(r"(-?\d+)/(-?\d+)-(-?\d+)(?:#\d+)?")
_SHOWN = 8


class _Rule(NamedTuple):
    """What one relation says to trucks."""

    kind: str  # `no_left_turn`, `only_straight_on`, ...
    conditional: str | None


class _Run(NamedTuple):
    """A segment in one direction, from node to node."""

    segment: Segment
    start: int
    end: int


def turns_of(
    elements: Iterable[Any], segments: Iterable[Segment]
) -> tuple[tuple[TurnRule, ...], tuple[UnreadTurn, ...]]:
    """Return the turn rules of OSM relations for trucks, and those that could not be used.

    A rule of which a street is not there (cut off at the border of an extract) has no effect and is passed over; one
    that leaves only a street that is not there is unread. `except=hgv` frees trucks, `restriction:bus` and such do not bind
    them. `day_on` and `hour_on`, long out of use, are passed over: the rule then always holds.

    Args:
        elements: as Overpass's JSON has them; others than relations `type=restriction` are passed over.
        segments: whose ids are `way/node-node`, as `osm_streets` gives them.

    Raises:
        TextError: a relation is not of this form.
    """
    relations = [e for e in elements if isinstance(e, dict) and e.get("type") == "relation" and is_turn(tags_of(e))]
    if not relations:
        return (), ()
    streets = _Streets(segments, {way for relation in relations for way in member_ways_of(relation)})
    found: dict[TurnRule, None] = {}
    unread = []
    for relation in sorted(relations, key=lambda r: id_of(r.get("id"))):
        turns = _turns(relation, streets)
        if turns is None:
            unread.append(UnreadTurn(id_of(relation.get("id")), tuple(member_ways_of(relation))))
        else:
            found.update(dict.fromkeys(turns))
    return tuple(found), tuple(unread)


def note_of(unread: Collection[UnreadTurn]) -> Text | None:
    """Return the sentence that says which turn rules could not be used; None where all could."""
    if not unread:
        return None
    listed = ", ".join(str(turn.relation) for turn in list(unread)[:_SHOWN]) + (" …" if len(unread) > _SHOWN else "")
    return Text(
        f"有 {len(unread)} 条转弯限制无法使用，请对照 OSM 关系核对：{listed}",
        f"{len(unread)} turn rules could not be used, look them up as OSM relations: {listed}",
    )


def turns_among(turns: Iterable[TurnRule], segments: Collection[str]) -> tuple[TurnRule, ...]:
    """Return the turn rules that still have an effect where only some segments are kept."""
    return tuple(
        turn
        for turn in turns
        if turn.from_segment in segments
        # `only` forbids what else is there, also where the way it allows is not
        and (turn.only or (turn.to_segment in segments and all(one in segments for one in turn.via)))
    )


class _Streets:
    """Segments of the ways that turn rules name, by way and by the nodes at their ends."""

    def __init__(self, segments: Iterable[Segment], ways: Collection[int]) -> None:
        self.runs: dict[int, list[_Run]] = {}
        for segment in segments:
            parts = _SEGMENT.fullmatch(segment.id)
            if parts is None or not segment.driven or int(parts[1]) not in ways:
                continue
            runs = self.runs.setdefault(int(parts[1]), [])
            start, end = int(parts[2]), int(parts[3])
            runs.append(_Run(segment, start, end))
            if not segment.oneway:
                runs.append(_Run(segment, end, start))

    def touches(self, way: int, node: int) -> bool:
        return any(node in (run.start, run.end) for run in self.runs.get(way, ()))

    def into(self, way: int, node: int) -> list[_Run]:
        return [run for run in self.runs.get(way, ()) if run.end == node]

    def out_of(self, way: int, node: int) -> list[_Run]:
        return [run for run in self.runs.get(way, ()) if run.start == node]


def _rules(tags: dict[str, str]) -> list[_Rule] | None:
    """Return what a relation's tags say to trucks; None where they cannot be read."""
    if _FREE & {word.strip() for word in tags.get("except", "").split(";")} and "restriction:hgv" not in tags:
        return []
    always = next((tags[key].strip() for key in _PLAIN if tags.get(key)), None)
    always = None if always in _LIFTED else always
    said = [clause for key in _CONDITIONAL if tags.get(key) for clause in clauses_of(tags[key])]
    kinds = dict.fromkeys([always] if always else []) | dict.fromkeys(
        clause.value for clause in said if clause.value not in _LIFTED
    )
    if not all(kind.startswith(("no_", "only_")) for kind in kinds):
        return None
    rules = []
    for kind in kinds:
        parts = ["no @ (24/7)"] if kind == always else []
        parts += [
            f"{'no' if clause.value == kind else 'yes'} @ ({clause.condition or '24/7'})"
            for clause in said
            if clause.value == kind or clause.value in _LIFTED
        ]
        rules.append(_Rule(kind, None if parts == ["no @ (24/7)"] else "; ".join(parts)))
    return rules


def _turns(relation: dict[str, Any], streets: _Streets) -> list[TurnRule] | None:
    """Return the turn rules of a relation; None where it cannot be used."""
    rules = _rules(tags_of(relation))
    if rules is None:
        return None
    members = members_of(relation)
    begins = [ref for kind, ref, role in members if role == "from" and kind == "way"]
    ends = [ref for kind, ref, role in members if role == "to" and kind == "way"]
    nodes = [ref for kind, ref, role in members if role == "via" and kind == "node"]
    ways = [ref for kind, ref, role in members if role == "via" and kind == "way"]
    if not rules:
        return []
    if not begins or not ends or len(nodes) + bool(ways) != 1:
        return None
    turns: list[TurnRule] = []
    number = id_of(relation.get("id"))
    for rule in rules:
        for one in begins:
            for other in ends:
                only = rule.kind.startswith("only_")
                if one not in streets.runs or (other not in streets.runs and not only):
                    continue
                found = _by_node(one, nodes[0], other, rule, streets) if nodes else _by_ways(one, ways, other, streets)
                if found is None:
                    return None
                turns += [_turn(path, rule, number) for path in found]
    return turns


def _turn(path: Sequence[_Run], rule: _Rule, number: int) -> TurnRule:
    first, *between, last = path
    forward = _SEGMENT.fullmatch(first.segment.id)
    at = -1 if forward is not None and int(forward[3]) == first.end else 0
    lon, lat, *_ = first.segment.line.coords[at]
    return TurnRule(
        from_segment=first.segment.id,
        to_segment=last.segment.id,
        lon=lon,
        lat=lat,
        only=rule.kind.startswith("only_"),
        conditional=rule.conditional,
        via=tuple(run.segment.id for run in between),
        relation=number,
    )


def _by_node(one: int, node: int, other: int, rule: _Rule, streets: _Streets) -> list[list[_Run]] | None:
    """Return the turns at a node; none where a one-way street makes them impossible anyhow, None where ways miss it."""
    if not (streets.touches(one, node) and streets.touches(other, node)):
        return None
    back = rule.kind.endswith("u_turn")
    return [
        [into, out]
        for into in streets.into(one, node)
        for out in streets.out_of(other, node)
        if one != other or (into.segment.id == out.segment.id) == back
    ]


def _by_ways(one: int, ways: list[int], other: int, streets: _Streets) -> list[list[_Run]] | None:
    """Return the shortest path from a way over others to a third; None where there is none."""
    waiting = deque([run] for run in streets.runs[one])
    while waiting:
        path = waiting.popleft()
        passed = {_way(run) for run in path[1:]}
        if passed >= set(ways):
            outs = streets.out_of(other, path[-1].end)
            if outs:
                return [[*path, out] for out in outs]
        for way in ways:
            used = {run.segment.id for run in path[1:]}
            waiting.extend([*path, run] for run in streets.out_of(way, path[-1].end) if run.segment.id not in used)
    return None


def _way(run: _Run) -> int:
    parts = _SEGMENT.fullmatch(run.segment.id)
    return int(parts[1]) if parts else 0
