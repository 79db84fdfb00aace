"""The distinct answers to fixes, and the runs of fixes that share one (`truckban.questions.fix_columns`)."""

from collections.abc import Hashable, Sequence
from typing import Any

from truckban.verdict import Verdict


class Groups:
    """The distinct answers, in order of first appearance."""

    def __init__(self) -> None:
        """Begin with none."""
        self.verdicts: list[Verdict] = []
        self._labels: dict[Any, int] = {}

    def label(self, verdict: Verdict) -> int:
        """Return the number of an answer that says the same but for the figures it quotes."""
        if not self.verdicts:  # what it says is looked at when another comes
            self.verdicts.append(verdict)
            return 0
        if not self._labels:
            self._labels[_said(self.verdicts[0])] = 0
        label = self._labels.setdefault(_said(verdict), len(self.verdicts))
        if label == len(self.verdicts):
            self.verdicts.append(verdict)
        return label


def _said(verdict: Verdict) -> Hashable:
    """Return what a verdict says, but for the figures that it quotes."""
    return (
        verdict.notice,
        verdict.place,
        verdict.verdict,
        verdict.enforceable,
        tuple([(reason.code, reason.clause) for reason in verdict.reasons]),
        verdict.missing,
        tuple([reading["reading"] for reading in verdict.other_readings]),
        verdict.warnings,
    )


def in_runs(
    asked_id: Any,  # noqa: ANN401
    vehicle_class: str,
    stretches: tuple[Sequence[int], Sequence[int], int],
    groups: Groups,
) -> dict[str, Any]:
    """Return the object that `truckban.questions.fix_columns` describes.

    Args:
        asked_id: of the question.
        vehicle_class: of its vehicle.
        stretches: where stretches of fixes begin, the number of each one's answer, and how many fixes there are.
        groups: the answers.
    """
    starts, labels, fixes = stretches
    runs: list[dict[str, Any]] = []
    for start, label in zip(starts, labels, strict=True):
        if runs and runs[-1]["answer"] == label:
            continue
        if runs:
            runs[-1]["last"] = start - 1
        verdict = groups.verdicts[label]
        runs.append(
            {"first": start, "last": fixes - 1, "place": verdict.place, "verdict": verdict.verdict, "answer": label}
        )
    return {
        "id": asked_id,
        "vehicle_class": vehicle_class,
        "fixes": fixes,
        "runs": runs,
        "answers": [verdict.as_json() for verdict in groups.verdicts],
    }
