"""The files of a run as they were called when they were handed in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.settings import Settings
from api.store.tables.runs import Upload
from api.traces.files import remove_tree, uploads_folder
from zones.errors import InputError
from zones.text import Text


@contextmanager
def laid_out(settings: Settings, uploads: Sequence[Upload], folder: Path) -> Iterator[dict[str, Path]]:
    """Give the uploads their own names again, several files of traces as a folder; yield the path of each kind.

    Raises:
        InputError: a file was deleted meanwhile.
    """
    folder.mkdir(parents=True)
    several = sum(upload.kind == "traces" for upload in uploads) > 1
    given: dict[str, Path] = {}
    try:
        for upload in uploads:
            file = uploads_folder(settings).absolute() / upload.path
            if upload.state != "complete" or not file.exists():
                raise InputError(
                    Text("文件已按保存期限删除", "the file was deleted: its time was over"), file=upload.file_name
                )
            kept = folder / upload.kind
            kept.mkdir(exist_ok=True)
            link = kept / upload.file_name
            number = 1
            while link.is_symlink():
                number += 1
                link = kept / f"{Path(upload.file_name).stem}-{number}{Path(upload.file_name).suffix}"
            link.symlink_to(file)
            given[upload.kind] = kept if upload.kind == "traces" and several else link
        yield given
    finally:
        remove_tree(folder)
