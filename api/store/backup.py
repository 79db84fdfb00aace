"""Backup and restore: one tar, the same for both databases, so that a county can also move from SQLite to PostgreSQL.

Tables are written out in one transaction that sees one state (PostgreSQL: repeatable read; SQLite: a snapshot of the WAL), a
line of JSON a row, then the files. Files never change once the store says that they are there, so that those a state tells of
are in the tar as that state knew them; what came later is in it too, and harmless.
"""

import base64
import datetime as dt
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from api.store.base import now
from api.store.database import Store
from api.store.schema import bring, is_known, newest, revision_of
from api.store.written import written
from zones.errors import InputError
from zones.text import Text

FORMAT = "truckban-backup-1"
_TOGETHER = 1000
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


def restore(store: Store, data_dir: Path, file: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup in the place of a store; return its manifest. The service must not run.

    All is read and held against the manifest's hashes before anything is changed. A backup of an older revision is filled in at
    that revision and then brought forward. What is replaced is set aside: SQLite's file
    and the folders as `….before-<time>`, PostgreSQL's tables in a schema `before_<time>`.

    Raises:
        InputError: it is no whole backup, or of a newer program; or there is a store already and it was not said to replace it.
    """
    with _opened(file) as tar:
        manifest = _manifest(tar, file)
        _check_revision(manifest, file)
        _check_whole(tar, manifest, file)
        held = bool(_held(store))
        if held and not replace:
            raise InputError(
                Text(
                    "这里已有数据；要替换请加 --replace", "there is a store here already; to replace it add --replace"
                ),
                field="--replace",
            )
        stamp = now().strftime("%Y%m%dT%H%M%SZ").lower()
        if store.is_sqlite:
            _into_sqlite(tar, manifest, store, stamp)
        else:
            _into_postgresql(tar, manifest, store, f"before_{stamp}" if held else None)
        _files_out(tar, manifest, data_dir, f".before-{stamp}")
    return manifest


def _tables_into(tar: tarfile.TarFile, store: Store, folder: Path) -> dict[str, Any]:
    told = {}
    engine = store.engine if store.is_sqlite else store.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        for table in _reflected(connection).sorted_tables:
            digest, rows = hashlib.sha256(), 0
            # it has no name: nothing of it is left by a process that is killed
            with tempfile.TemporaryFile(dir=folder) as out:
                asked = sa.select(table).order_by(*table.primary_key.columns)
                for row in connection.execution_options(yield_per=_TOGETHER).execute(asked):
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


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")
    except (tarfile.TarError, FileNotFoundError, IsADirectoryError):
        raise InputError(
            Text("没有这个备份，或它已损坏", "there is no such backup, or it is damaged"), file=file.name
        ) from None


def _manifest(tar: tarfile.TarFile, file: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(_member(tar, "manifest.json").read())
    except (KeyError, ValueError, tarfile.TarError):
        manifest = {}
    if manifest.get("format") != FORMAT:
        raise InputError(Text("这不是完整的备份", "this is no whole backup"), file=file.name)
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _check_revision(manifest: Mapping[str, Any], file: Path) -> None:
    """Refuse a backup of a revision that this program has never heard of."""
    revision = manifest.get("revision")
    if not isinstance(revision, str) or not is_known(revision):
        text = Text(
            f"这个备份来自更新的程序（truckban {manifest.get('truckban')}，数据库版本 {revision}；本程序到 {newest()}）："
            "请先升级本程序再恢复",
            f"this backup is of a newer program (truckban {manifest.get('truckban')}, revision {revision}; this one goes up to "
            f"{newest()}): upgrade the program first, then restore",
        )
        raise InputError(text, file=file.name)


def _check_whole(tar: tarfile.TarFile, manifest: Mapping[str, Any], file: Path) -> None:
    members = {f"store/{name}.jsonl": told for name, told in manifest["tables"].items()}
    members |= {f"files/{name}": told for name, told in manifest["files"].items()}
    for name, told in members.items():
        try:
            with _member(tar, name) as member:
                digest = _digest(member)
        except (KeyError, tarfile.TarError, OSError):
            digest = ""
        if digest != told["sha256"] or ".." in Path(name).parts or Path(name).is_absolute():
            text = Text(f"备份损坏：{name}", f"the backup is damaged: {name}")
            raise InputError(text, file=file.name, field=name)


def _digest(member: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := member.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _held(store: Store) -> list[str]:
    if store.is_sqlite and not Path(store.url.database or "").exists():
        return []
    with store.engine.connect() as connection:
        return sa.inspect(connection).get_table_names()


def _into_sqlite(tar: tarfile.TarFile, manifest: Mapping[str, Any], store: Store, stamp: str) -> None:
    """Fill a new file beside the old one, then let it take its place."""
    path = Path(store.url.database or "")
    fresh = path.with_name(f"{path.name}.restored-{stamp}")
    filled = Store(f"sqlite:///{fresh}")
    try:
        with filled.migrating() as connection:
            bring(connection, manifest["revision"])
            _fill(tar, manifest, connection)
        with filled.migrating() as connection:
            bring(connection, "head")
        with filled.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        filled.close()
        for left in path.parent.glob(fresh.name + "*"):
            left.unlink()
        raise
    filled.close()
    store.close()
    for ending in ("", "-wal", "-shm"):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.replace(path.with_name(f"{path.name}.before-{stamp}{ending}"))
    fresh.replace(path)


def _into_postgresql(tar: tarfile.TarFile, manifest: Mapping[str, Any], store: Store, aside: str | None) -> None:
    """Fill a schema in one transaction; the old one keeps its tables under another name."""
    with store.migrating() as connection:
        schema = connection.scalar(sa.text("SELECT current_schema()"))
        if aside is not None:
            quoted = sa.quoted_name(schema, quote=True)
            connection.execute(sa.text(f'ALTER SCHEMA "{quoted}" RENAME TO {aside}'))
            connection.execute(sa.text(f'CREATE SCHEMA "{quoted}"'))
        bring(connection, manifest["revision"])
        keys = _without_foreign_keys(connection)
        _fill(tar, manifest, connection)
        for key in keys:
            connection.execute(sa.schema.AddConstraint(key))
        _count_on(connection)
        bring(connection, "head")


def _without_foreign_keys(connection: sa.Connection) -> list[sa.ForeignKeyConstraint]:
    keys = [
        key
        for table in _reflected(connection).tables.values()
        for key in table.foreign_key_constraints
        if key.name is not None
    ]
    for key in keys:
        connection.execute(sa.schema.DropConstraint(key))
    return keys


def _fill(tar: tarfile.TarFile, manifest: Mapping[str, Any], connection: sa.Connection) -> None:
    reflected = _reflected(connection)
    if strange := set(manifest["tables"]) - set(reflected.tables):
        text = Text(f"备份损坏：{min(strange)}", f"the backup is damaged: {min(strange)}")
        raise InputError(text, field=min(strange))
    for table in reversed(reflected.sorted_tables):
        if connection.scalar(sa.select(sa.func.count()).select_from(table)):
            connection.execute(sa.delete(table))  # what a migration put there
    for table in reflected.sorted_tables:
        told = manifest["tables"].get(table.name)
        if told is None:
            continue
        kinds = {column.name: column.type for column in table.columns}
        names = told["columns"]
        rows: list[dict[str, Any]] = []
        for line in _member(tar, f"store/{table.name}.jsonl"):
            values = zip(names, json.loads(line), strict=True)
            rows.append({name: _meant(value, kinds[name]) for name, value in values})
            if len(rows) == _TOGETHER:
                connection.execute(sa.insert(table), rows)
                rows = []
        if rows:
            connection.execute(sa.insert(table), rows)


def _count_on(connection: sa.Connection) -> None:
    """Let numbers that PostgreSQL gives go on where the restored ones end."""
    for table in _reflected(connection).tables.values():
        for column in table.primary_key.columns:
            if not isinstance(column.type, sa.Integer):
                continue
            name = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
            last = connection.scalar(sa.select(sa.func.max(column)))
            if name is not None and last is not None:
                connection.execute(sa.select(sa.func.setval(name, last)))


def _files_out(tar: tarfile.TarFile, manifest: Mapping[str, Any], data_dir: Path, aside: str) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / f".restoring{aside}"
    for name in manifest["files"]:
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with _member(tar, f"files/{name}") as member, path.open("wb") as out:
            shutil.copyfileobj(member, out)
        path.chmod(0o600)
    for folder in sorted({"uploads", "runs", "attachments", *(path.name for path in _folders(fresh))}):
        if (data_dir / folder).is_dir():
            (data_dir / folder).rename(data_dir / f"{folder}{aside}")
        if (fresh / folder).is_dir():
            (fresh / folder).rename(data_dir / folder)
    shutil.rmtree(fresh, ignore_errors=True)


def _folders(folder: Path) -> Iterator[Path]:
    yield from (folder.iterdir() if folder.is_dir() else ())


def _reflected(connection: sa.Connection) -> sa.MetaData:
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


def _meant(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return base64.b64decode(value["bytes"]) if "bytes" in value else value["json"]
    if value is None and isinstance(kind, sa.JSON):
        return sa.null()  # nothing, and not the word `null` of JSON
    return value
