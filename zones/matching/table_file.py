"""A table of ways kept in a file beside the streets, so that it is made once."""

import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np

from zones.matching.graph import Edges
from zones.matching.routes import Prices, Table, table_of

# raised whenever the same edges and prices give another table
_VERSION = 1


def table_beside(path: Path, edges: Edges, *, bound_m: float, prices: Prices) -> Table:
    """Return the table of `routes.table_of`: from the file if it was made of the very same, else made now and written.

    A file that is broken or of other streets is replaced; one that cannot be written is done without.
    """
    key = _key(edges, bound_m, prices)
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["key"]) == key:
                return Table(kept["ptr"], kept["slots"], bound_m)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass
    table = table_of(edges, bound_m=bound_m, prices=prices)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, key=np.array(key), ptr=table.ptr, slots=table.slots)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
    return table


def _key(edges: Edges, bound_m: float, prices: Prices) -> str:
    made = hashlib.sha256(repr((_VERSION, bound_m, tuple(prices))).encode())
    for values in edges:
        made.update(np.ascontiguousarray(values).tobytes())
    return made.hexdigest()
