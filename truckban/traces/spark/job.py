"""The job as Spark sees it: pieces of files are read, rows go to their vehicle, each share of vehicles is judged."""

import pickle
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import Broadcast, StorageLevel
from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema

from truckban.traces.output import SCHEMA
from truckban.traces.spark.pieces import Plan
from truckban.traces.spark.session import ToldError
from truckban.traces.spark.share import CHUNK_ROWS, ROWS, Head, Kernel, in_order, placed_in_doubt
from zones.errors import InputError

_SHARES = pa.schema([(name, pa.binary()) for name in ("head", "leads", "others", "told")])
_PASSAGES = SCHEMA.append(pa.field("kind", pa.string()))
_LEAST_ROWS = 20_000
"""Fewer rows in a task are not worth starting one."""
_TASKS_A_CORE = 3
_SPREAD = 4096


class Job:
    """The shares of a plan, made once and held by Spark on the disks of its machines; a lost machine's are made again."""

    def __init__(self, spark: SparkSession, kernel: Kernel, plan: Plan) -> None:
        """Prepare; nothing is read yet."""
        self._sent = spark.sparkContext.broadcast((kernel, plan.pieces))
        cores = spark.sparkContext.defaultParallelism
        numbers = spark.range(0, len(plan.pieces), 1, min(len(plan.pieces), max(_TASKS_A_CORE * cores, 64)))
        rows = numbers.mapInArrow(partial(_read, self._sent), from_arrow_schema(ROWS))
        # rejected rows belong to no vehicle and would all come to one task
        key = f.coalesce(f.col("vehicle_id"), (f.col("line") % _SPREAD).cast("string"))
        at_vehicle = rows.repartition(_tasks(spark, plan.rows, cores), key).sortWithinPartitions("vehicle_id")
        self._shares = at_vehicle.mapInArrow(partial(_judge, self._sent), from_arrow_schema(_SHARES))
        self._shares.persist(StorageLevel.DISK_ONLY)

    def heads(self) -> list[Head]:
        """Do the work; return each share's figures."""
        return [pickle.loads(row[0]) for row in self._shares.select("head").collect()]  # noqa: S301 - our own workers'

    def column(self, name: str) -> Iterator[Any]:
        """Yield what one column's lists hold, task by task, so that the driver never holds all in two forms."""
        rows = self._shares.select(name).toLocalIterator()
        return chain.from_iterable(pickle.loads(row[0]) for row in rows)  # noqa: S301

    def write_passages(self, folder: Path, *, in_doubt: bool) -> None:
        """Let the machines write all passages into a folder of Parquet; those of a fleet in doubt as unsure."""
        passages = partial(_passages, in_doubt=in_doubt)
        table = self._shares.select("leads", "others").mapInArrow(passages, from_arrow_schema(_PASSAGES))
        table.write.mode("overwrite").parquet(folder.absolute().as_uri())


def _tasks(spark: SparkSession, rows: int, cores: int) -> int:
    said = spark.sparkContext.getConf().get("spark.sql.shuffle.partitions")
    if said:
        return int(said)
    return max(1, min(-(-rows // _LEAST_ROWS), max(_TASKS_A_CORE * cores, -(-rows // CHUNK_ROWS))))


def _read(sent: Broadcast[Any], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    kernel, pieces = sent.value
    try:
        yield from kernel.typed_rows(pieces[n] for batch in batches for n in batch["id"].to_pylist())
    except InputError as error:
        raise ToldError(error) from error


def _judge(sent: Broadcast[Any], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    kernel, _ = sent.value
    for share in kernel.shares(batches):
        cells = share.head, share.leads, share.others, share.told
        yield pa.RecordBatch.from_arrays(
            [pa.array([pickle.dumps(cell)], pa.binary()) for cell in cells], schema=_SHARES
        )


def _passages(batches: Iterable[pa.RecordBatch], *, in_doubt: bool) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for leads, others in zip(batch["leads"].to_pylist(), batch["others"].to_pylist(), strict=True):
            parts = in_order([*pickle.loads(leads), *pickle.loads(others)])  # noqa: S301
            told = placed_in_doubt(parts) if in_doubt else parts
            rows = [{**one.part.row(), "kind": one.kind} for one in told]
            yield from pa.Table.from_pylist(rows, _PASSAGES).to_batches()
