"""Backup: one tar, the same for both databases, so that a county can also move from SQLite to PostgreSQL.

Tables are written out in one transaction that sees one state (PostgreSQL: repeatable read; SQLite: a snapshot of the WAL), a
line of JSON a row, then the files. Files never change once the store says that they are there, so that those a state tells of
are in the tar as that state knew them; what came later is in it too, and harmless.
"""

import base64
import datetime as dt
import hashlib
import io
import json
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from api.store.base import now
from api.store.database import Store
from api.store.schema import newest, revision_of
from api.store.written import written
from zones.errors import InputError
from zones.text import Text

FORMAT = "truckban-backup-1"
TOGETHER = 1000
_NOT_KEPT = {"backups"}
_REVISIONS = "alembic_version"


def back_up(store: Store, data_dir: Path, file: Path) -> dict[str, Any]:
    """Write a backup; return its manifest. The service may go on meanwhile.

    Raises:
        InputError: there is something of that name already, or about to be; or the store is not at this program's revision.
        OSError: no space.
    """
    revision = revision_of(store)
    if revision != newest():
        raise InputError(
            Text(
                "数据库版本不同，请先 truckban db migrate",
                "the store is at another revision; first run truckban db migrate",
            )
        )
    with written(file) as out, tarfile.open(fileobj=out, mode="w") as tar:
        tables = _tables_into(tar, store, file.absolute().parent)
        files = _files_into(tar, data_dir, store)
        manifest = {
            "format": FORMAT,
            "truckban": metadata.version("truckban"),
            "revision": revision,
            "made_at": now().isoformat(),
            "database": store.url.get_backend_name(),
            "tables": tables,
            "files": files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return manifest


def _tables_into(tar: tarfile.TarFile, store: Store, folder: Path) -> dict[str, Any]:
    told = {}
    engine = store.engine if store.is_sqlite else store.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        for table in reflected(connection).sorted_tables:
            digest, rows = hashlib.sha256(), 0
            # it has no name: nothing of it is left by a process that is killed
            with tempfile.TemporaryFile(dir=folder) as out:
                asked = sa.select(table).order_by(*table.primary_key.columns)
                for row in connection.execution_options(yield_per=TOGETHER).execute(asked):
                    line = json.dumps([_told(value) for value in row], ensure_ascii=True).encode() + b"\n"
                    digest.update(line)
                    out.write(line)
                    rows += 1
                out.seek(0)  # which also writes out what is still held, before its size is asked
                entry = tar.gettarinfo(arcname=f"store/{table.name}.jsonl", fileobj=out)
                tar.addfile(entry, out)
            columns = [column.name for column in table.columns]
            told[table.name] = {"rows": rows, "columns": columns, "sha256": digest.hexdigest()}
    return told


def _files_into(tar: tarfile.TarFile, data_dir: Path, store: Store) -> dict[str, Any]:
    told: dict[str, Any] = {}
    own = Path(store.url.database).absolute() if store.is_sqlite and store.url.database else None
    folders = sorted(data_dir.iterdir()) if data_dir.is_dir() else []
    for folder in folders:
        if not folder.is_dir() or folder.name in _NOT_KEPT or folder.name.startswith(".") or ".before-" in folder.name:
            continue
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(data_dir).as_posix()
            if path.is_symlink() or not path.is_file() or path.absolute() == own:
                continue
            try:
                told[name] = _file_into(tar, path, f"files/{name}")
            except FileNotFoundError:
                continue  # deleted meanwhile: its time was over
    return told


class _Hashing:
    """A file of a fixed length that takes the hash of what is read of it; one that is cut meanwhile is filled up."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted).ljust(wanted, b"\0")
        self._left -= len(data)
        self.digest.update(data)
        return data


def _file_into(tar: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    with path.open("rb") as file:
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        reading = _Hashing(file, entry.size)
        tar.addfile(entry, reading)
    return {"size": entry.size, "sha256": reading.digest.hexdigest()}


def reflected(connection: sa.Connection) -> sa.MetaData:
    """Return the tables that a store has."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name != _REVISIONS)
    return found


def _told(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, dict | list):
        return {"json": value}
    if isinstance(value, dt.datetime | dt.date):
        raise TypeError("times are kept as numbers")
    return value
