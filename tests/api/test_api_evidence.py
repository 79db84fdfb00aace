"""The evidence of leads as it is packed: to the byte what Arrow's own way makes, which needs pandas and half a second for it."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from api.leads import evidence
from api.store.leads import Track


def _written(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


@pytest.mark.parametrize("missing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("count", [0, 1, 9, 400])
def test_reports_are_packed_as_arrow_would(count: int, missing: float) -> None:
    chance = np.random.default_rng(count)
    rows = chance.random((count, 5)) * 100
    rows[:, 0] = 1.7e9 + np.sort(chance.random(count) * 9000)
    for column in (3, 4):
        rows[chance.random(count) < missing, column] = np.nan
    time = pa.array(np.round(rows[:, 0] * 1000.0).astype("datetime64[ms]"), pa.timestamp("ms", "UTC"))
    numbers = [pa.array(rows[:, k], pa.float64(), from_pandas=True) for k in range(1, 5)]
    names = pa.array(["晋M12345"] * count, pa.string())
    expected = pa.Table.from_arrays([names, time, *numbers], schema=evidence.SCHEMA)
    packed = evidence._packed("晋M12345", rows)  # noqa: SLF001
    assert packed == _written(expected)
    assert [each["speed_kmh"] is None for each in evidence.reports_of(packed)] == np.isnan(rows[:, 4]).tolist()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_table_of_evidence_is_as_arrow_would_make_it(count: int) -> None:
    tracks = {
        f"L{number}": Track(bytes([number]) * number, {"plate": "晋M12345"}, [{"kind": "临时"}] * number)
        for number in range(count)
    }
    rows = [
        {
            "lead_id": id_,
            "fixes": track.fixes,
            "said": json.dumps({"vehicle": dict(track.vehicle), "permits": list(track.permits)}, default=str),
        }
        for id_, track in tracks.items()
    ]
    schema = pa.schema([("lead_id", pa.string()), ("fixes", pa.large_binary()), ("said", pa.large_string())])
    assert _written(evidence.tracks_table(tracks)) == _written(pa.Table.from_pylist(rows, schema))
