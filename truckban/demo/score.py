"""Leads held against what is true: found, missed, and who was accused without reason."""

from dataclasses import dataclass

import pandas as pd

from zones.text import Text

LEAST_M = 50.0
_SLACK = pd.Timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Score:
    """How leads compare with the truth.

    Attributes:
        unlawful: true passages that are prohibited, 50 m or more inside.
        found: how many of them overlap a `prohibited` lead of the same vehicle.
        missed: the others, (vehicle_id, entered_at) each.
        undetermined: true passages that are undetermined, 50 m or more.
        undetermined_found: how many of them overlap an `undetermined` lead.
        lawful: vehicles without any prohibited or undetermined passage.
        accused: those of them that have a lead all the same.
        leads: how many there are.
        unmatched: leads that overlap no true passage of their vehicle and verdict, (vehicle_id, entered_at) each.
        stretched: leads that overlap one yet begin or end more than 60 s away from the true passages they overlap.
    """

    unlawful: int
    found: int
    missed: tuple[tuple[str, str], ...]
    undetermined: int
    undetermined_found: int
    lawful: int
    accused: tuple[str, ...]
    leads: int
    unmatched: tuple[tuple[str, str], ...]
    stretched: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> Text:
        """The result as a person would say it."""
        return Text(
            f"真实的违规经过 {self.unlawful} 次，找到 {self.found} 次；应为无法确定的 {self.undetermined} 次，"
            f"找到 {self.undetermined_found} 次；合法的车 {self.lawful} 辆，被误列线索的 {len(self.accused)} 辆；"
            f"线索 {self.leads} 条，与真相对不上的 {len(self.unmatched)} 条。",
            f"Of {self.unlawful} true unlawful passages {self.found} were found; of {self.undetermined} that are "
            f"undetermined {self.undetermined_found}; of {self.lawful} lawful trucks {len(self.accused)} got a lead; "
            f"of {self.leads} leads {len(self.unmatched)} match nothing true.",
        )


def score(leads: pd.DataFrame, truth: pd.DataFrame, vehicles: pd.DataFrame) -> Score:
    """Compare leads with the truth of a simulated day.

    Args:
        leads: columns `vehicle_id, entered_at, left_at, verdict`; times as RFC 3339 or aware; one row a lead.
        truth: `truckban.demo.truth.COLUMNS`; `left_at` is not included.
        vehicles: every vehicle, for those that have no passage at all.
    """
    leads, true = _timed(leads), _timed(truth)
    true = true[true["verdict"] != "allowed"].reset_index(drop=True)
    pairs = _overlaps(leads, true)
    unlawful, open_ = (true[(true["verdict"] == verdict) & (true["length_m"] >= LEAST_M)] for verdict in _TOLD)
    lawful = set(vehicles["vehicle_id"].astype(str)) - set(true["vehicle_id"])
    hit = set(pairs["true"])
    ends = pairs.groupby("lead").agg(start=("start", "min"), end=("end", "max"))
    matched = leads.loc[ends.index]
    long = (matched["start"] < ends["start"] - _SLACK) | (matched["end"] > ends["end"] + _SLACK)
    return Score(
        unlawful=len(unlawful),
        found=sum(row in hit for row in unlawful.index),
        missed=_named(unlawful[~unlawful.index.isin(hit)]),
        undetermined=len(open_),
        undetermined_found=sum(row in hit for row in open_.index),
        lawful=len(lawful),
        accused=tuple(sorted(lawful & set(leads["vehicle_id"]))),
        leads=len(leads),
        unmatched=_named(leads[~leads.index.isin(ends.index)]),
        stretched=_named(matched[long]),
    )


_TOLD = ("prohibited", "undetermined")


def _timed(table: pd.DataFrame) -> pd.DataFrame:
    own = table.reset_index(drop=True)
    return own.assign(
        vehicle_id=own["vehicle_id"].astype(str),
        start=pd.to_datetime(own["entered_at"], utc=True),
        end=pd.to_datetime(own["left_at"], utc=True),
    )


def _overlaps(leads: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    """Return (lead, true, start and end of the true one) of each pair of one vehicle and verdict that share an instant."""
    columns = ["vehicle_id", "verdict", "start", "end"]
    one = leads[columns].assign(lead=leads.index)
    other = true[columns].assign(true=true.index)
    pairs = one.merge(other, on=["vehicle_id", "verdict"], suffixes=("_lead", ""))
    # a lead of a single fix has no length but an instant; the truth's end is not part of it
    single = pairs["start_lead"] == pairs["end_lead"]
    shared = (pairs["start_lead"] < pairs["end"]) & (
        (pairs["end_lead"] > pairs["start"]) | (single & (pairs["start_lead"] == pairs["start"]))
    )
    return pairs.loc[shared, ["lead", "true", "start", "end"]]


def _named(table: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    return tuple(
        (vehicle, str(entered)) for vehicle, entered in zip(table["vehicle_id"], table["entered_at"], strict=True)
    )
