"""Restore: what a backup holds takes the place of a store and its files, all of it or nothing."""

import base64
import hashlib
import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from api.store import swapping
from api.store.backup import FORMAT, TOGETHER, reflected
from api.store.base import now
from api.store.database import Store
from api.store.schema import bring, is_known, newest
from zones.errors import InputError
from zones.text import Text


def restore(store: Store, data_dir: Path, file: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup in the place of a store; return its manifest. The service must not run.

    All is read and held against the manifest's hashes before anything is changed. A backup of an older revision is filled in at
    that revision and then brought forward. What is replaced is set aside: SQLite's file
    and the folders as `….before-<time>`, PostgreSQL's tables in a schema `before_<time>`.

    Raises:
        InputError: it is no whole backup, or of a newer program; or there is a store already and it was not said to replace it.
    """
    swapping.finish_restore(store, data_dir)
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
        stamp = now().strftime("%Y%m%dT%H%M%S%fZ").lower()  # two in one second set aside to two places
        with swapping.alone(data_dir):
            _files_out(tar, manifest, swapping.staged(data_dir))
            moves = swapping.file_moves(data_dir, stamp)
            if store.is_sqlite:
                fresh = _sqlite_filled(tar, manifest, store, stamp)
                store.close()
                moves += swapping.database_moves(Path(store.url.database or ""), fresh, stamp)
                swapping.decide(data_dir, moves)
            else:
                swapping.decide(data_dir, moves, marker=f"restored {stamp}")
                try:
                    _into_postgresql(tar, manifest, store, stamp, f"before_{stamp}" if held else None)
                except BaseException:
                    swapping.drop(data_dir)
                    raise
            swapping.carry_out(store, data_dir)
    return manifest


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


def _sqlite_filled(tar: tarfile.TarFile, manifest: Mapping[str, Any], store: Store, stamp: str) -> Path:
    """Fill a new file beside the old one; return it."""
    path = Path(store.url.database or "")
    fresh = swapping.fresh_file(path, stamp)
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
    return fresh


def _into_postgresql(
    tar: tarfile.TarFile, manifest: Mapping[str, Any], store: Store, stamp: str, aside: str | None
) -> None:
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
        swapping.mark(connection, f"restored {stamp}")


def _without_foreign_keys(connection: sa.Connection) -> list[sa.ForeignKeyConstraint]:
    keys = [
        key
        for table in reflected(connection).tables.values()
        for key in table.foreign_key_constraints
        if key.name is not None
    ]
    for key in keys:
        connection.execute(sa.schema.DropConstraint(key))
    return keys


def _fill(tar: tarfile.TarFile, manifest: Mapping[str, Any], connection: sa.Connection) -> None:
    found = reflected(connection)
    if strange := set(manifest["tables"]) - set(found.tables):
        text = Text(f"备份损坏：{min(strange)}", f"the backup is damaged: {min(strange)}")
        raise InputError(text, field=min(strange))
    for table in reversed(found.sorted_tables):
        if connection.scalar(sa.select(sa.func.count()).select_from(table)):
            connection.execute(sa.delete(table))  # what a migration put there
    for table in found.sorted_tables:
        told = manifest["tables"].get(table.name)
        if told is None:
            continue
        kinds = {column.name: column.type for column in table.columns}
        names = told["columns"]
        rows: list[dict[str, Any]] = []
        for line in _member(tar, f"store/{table.name}.jsonl"):
            values = zip(names, json.loads(line), strict=True)
            rows.append({name: _meant(value, kinds[name]) for name, value in values})
            if len(rows) == TOGETHER:
                connection.execute(sa.insert(table), rows)
                rows = []
        if rows:
            connection.execute(sa.insert(table), rows)


def _count_on(connection: sa.Connection) -> None:
    """Let numbers that PostgreSQL gives go on where the restored ones end."""
    for table in reflected(connection).tables.values():
        for column in table.primary_key.columns:
            if not isinstance(column.type, sa.Integer):
                continue
            name = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
            last = connection.scalar(sa.select(sa.func.max(column)))
            if name is not None and last is not None:
                connection.execute(sa.select(sa.func.setval(name, last)))


def _files_out(tar: tarfile.TarFile, manifest: Mapping[str, Any], folder: Path) -> None:
    for name in manifest["files"]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with _member(tar, f"files/{name}") as member, path.open("wb") as out:
            shutil.copyfileobj(member, out)
        path.chmod(0o600)


def _meant(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return base64.b64decode(value["bytes"]) if "bytes" in value else value["json"]
    if value is None and isinstance(kind, sa.JSON):
        return sa.null()  # nothing, and not the word `null` of JSON
    return value
