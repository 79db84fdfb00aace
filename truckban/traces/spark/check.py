"""`truckban check --engine spark`: the same outcome as on one machine, made on many."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truckban.norms import Notice
from truckban.traces.check import Checked, Inputs, Step, silently
from truckban.traces.clean.misfit import fit_of
from truckban.traces.fixes import remarks
from truckban.traces.in_or_out.passages import Found
from truckban.traces.lead.leads import LEADS, Lead
from truckban.traces.lead.other_coordinates import FLEET_NOTE
from truckban.traces.output import APART
from truckban.traces.read.fleet import read_fleet, read_permits
from truckban.traces.read.rejects import Rejects
from truckban.traces.spark.pieces import Plan, planned
from truckban.traces.spark.session import spark_session, spark_version, watched
from truckban.traces.spark.share import (
    Head,
    Kernel,
    Told,
    in_order,
    is_in_other_coordinates,
    placed_in_doubt,
    summed,
    told_of,
)
from truckban.whole_folder import RUN
from zones.locate import Locator
from zones.text import Text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MANY = 100_000
"""More passages that are no leads than this stay where they were made."""
LOG = "spark.log"


@dataclass(frozen=True, slots=True)
class SparkChecked(Checked):
    """The outcome of a check on many machines.

    Attributes:
        kinds: how many parts of passages are of each kind.
        version: of Spark.
        without_others: whether lawful and unsure passages are not among the parts.
    """

    kinds: Counter[str]
    version: str
    without_others: bool

    @property
    def others_apart(self) -> bool:
        """Whether lawful and unsure passages were too many to be among the parts."""
        return self.without_others

    @property
    def engine(self) -> dict[str, str]:
        """What did the work."""
        return {"name": "spark", "version": self.version}

    @property
    def notes(self) -> list[Text]:
        """What was found out, and what the report lacks."""
        apart = Text(
            f"合法和拿不准的经过多于 {MANY} 次，报告里不画",
            f"more than {MANY} passages are lawful or unsure; the report does not draw them",
        )
        return [*Checked.notes.fget(self), *([apart] if self.without_others else [])]  # type: ignore[attr-defined]

    def counts(self) -> dict[str, Any]:
        """Return the figures of `run.json`, of all passages wherever they are."""
        own = Checked.counts(self)
        passages = {kind: self.kinds[kind] for kind in own["passages"]}
        return {**own, "passages": {**passages, "all": self.kinds.total()}}


def engine_at(master: str | None, out: Path, *, all_passages: bool) -> Callable[..., Checked]:
    """Return a check that is called as the one on one machine is."""

    def engine(inputs: Inputs, notice: Notice, ground: Locator, *, step: Step = silently) -> Checked:
        return check(inputs, notice, ground, out, master=master, all_passages=all_passages, step=step)

    return engine


def check(
    inputs: Inputs,
    notice: Notice,
    ground: Locator,
    out: Path,
    *,
    master: str | None = None,
    all_passages: bool = False,
    step: Step = silently,
) -> SparkChecked:
    """Check traces against a notice on many machines.

    Args:
        inputs: files and how to read them; the traces where every machine sees them under the same path.
        notice: what is allowed.
        ground: the notice's zone on the ground.
        out: the folder for results; Spark's log goes there, and passages where they are many.
        master: Spark's master; None for what Spark's own configuration says.
        all_passages: whether passages are kept that are no leads.
        step: shows progress: entered with what is being done.

    Raises:
        InputError: a file cannot be read at all, or Spark cannot do the work.
    """
    version = spark_version()
    with step(Text("读取车辆和通行证", "reading vehicles and permits")):
        fleet = read_fleet(inputs.vehicles, notice.facts)
        permits, bad_permits, permit_rows = read_permits(inputs.permits, notice.road_name, granted=inputs.granted)
    with step(Text("查看轨迹文件", "looking at the files of traces")):
        plan = planned(inputs.traces, notice.pack.timezone, inputs.columns)
    kernel = Kernel(
        notice.pack,
        notice.sha256,
        ground.zone.text,
        replace(fleet, rejects=[], notes=[]),
        permits,
        inputs.min_probability,
        inputs.crs,
        inputs.columns,
        None if inputs.now is None else inputs.now.timestamp(),
        tuple(name for name, _ in plan.files),
        notice.alerts,
    )
    made = _Made([], [], [], others_apart=False)
    if plan.pieces:
        out.mkdir(parents=True, exist_ok=True)
        with spark_session(master, out / LOG) as spark:
            made = _made(spark, kernel, plan, out / APART if all_passages else None, step)
    head = summed(made.heads)
    traces = head.traces
    rejects, notes = told_of(made.told, head.tallies, kernel.files)
    traces.rejects = Rejects(rejects)
    traces.read, traces.files = plan.rows, plan.files
    if traces.used + len(traces.rejects) != traces.read:
        raise RuntimeError("rows were lost or doubled between Spark's tasks")
    traces.notes = [*plan.notes, *notes, *remarks(traces, notice.pack.timezone), *head.clocks.notes()]
    traces.fit = None if head.sample is None else fit_of(head.sample, ground.zone.streets, inputs.crs, names=head.names)
    traces.notes += traces.fit.notes if traces.fit else []
    kinds = head.kinds
    if is_in_other_coordinates(made.heads):
        traces.notes.append(FLEET_NOTE)
        kinds = Counter({"lawful": kinds["lawful"], "unsure": kinds.total() - kinds["lawful"]})
    return SparkChecked(
        notice,
        ground,
        traces,
        fleet,
        permits,
        permit_rows,
        Found([], head.drives, traces.gaps),
        made.parts,
        inputs.min_probability,
        [*rejects, *fleet.rejects, *bad_permits],
        kinds=kinds,
        version=version,
        without_others=made.others_apart,
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """What came back from the machines: figures of each share; parts in order; rejected rows and notes."""

    heads: list[Head]
    parts: list[Lead]
    told: list[Told]
    others_apart: bool


def _made(spark: "SparkSession", kernel: Kernel, plan: Plan, passages: Path | None, step: Step) -> _Made:
    from truckban.traces.spark.job import Job  # noqa: PLC0415 - it needs PySpark

    job = Job(spark, kernel, plan)
    with step(Text("由 Spark 读取并判断", "Spark reads and judges")) as progress, watched(spark, progress):
        heads = job.heads()
    with step(Text("收回线索和拒绝的行", "collecting leads and rejected rows")):
        apart = sum(head.kinds.total() - sum(head.kinds[kind] for kind in LEADS) for head in heads) > MANY
        placed = [*job.column("leads"), *([] if apart else job.column("others"))]
        in_doubt = is_in_other_coordinates(heads)
        placed = [*placed_in_doubt(placed)] if in_doubt else placed
        told = list(job.column("told"))
    if apart and passages is not None:
        with step(Text("由各机器写出全部经过", "the machines write all passages")):
            (passages.parent / RUN).unlink(missing_ok=True)  # from here on an earlier result is not whole
            job.write_passages(passages, in_doubt=in_doubt)
    return _Made(heads, [one.part for one in in_order(placed)], told, apart)
