"""What tries left that did not live to the end: their folders, and the raw fixes that a try hands to its worker.

A worker removes both when a job is over. One that is killed just then does not, and neither does anybody for a job that is
failed because too many workers died over it; fixes would stay beyond their time.
"""

from pathlib import Path

from api.settings import Settings
from api.store.database import Store
from api.store.jobs import subjects_alive
from api.store.runs import folders_of
from api.traces.files import EVIDENCE, remove_tree, runs_folder

_TOGETHER = 500


def remove_leftovers(store: Store, settings: Settings, before: float) -> int:
    """Remove what no run is about, needs or has; return how many folders and files.

    Args:
        store: the store.
        settings: of the service.
        before: seconds since 1970; a folder that no job knows is removed only where it is older.
    """
    runs = runs_folder(settings)
    # the folders are listed before the jobs are asked for: one that is begun after that is not among them
    folders = [path for path in runs.iterdir() if not path.name.startswith(".")] if runs.is_dir() else []
    removed = 0
    for start in range(0, len(folders), _TOGETHER):
        some = folders[start : start + _TOGETHER]
        names = [folder.name for folder in some]
        with store.read() as session:
            known = subjects_alive(session, names)
            kept = folders_of(session, names)
        for folder in some:
            if folder.name not in known:
                removed += _older(folder, before)
            elif not known[folder.name]:
                removed += _over(folder, kept.get(folder.name))
    return removed


def _older(folder: Path, before: float) -> int:
    if folder.stat().st_mtime >= before:
        return 0
    remove_tree(folder)
    return 1


def _over(folder: Path, kept: str | None) -> int:
    """Remove all but the folder that belongs to a run that is over, and what that one has for the worker alone."""
    removed = 0
    for each in list(folder.iterdir()):
        if f"{folder.name}/{each.name}" != kept:
            remove_tree(each)
            removed += 1
        elif (each / EVIDENCE).exists():
            (each / EVIDENCE).unlink(missing_ok=True)
            removed += 1
    return removed
