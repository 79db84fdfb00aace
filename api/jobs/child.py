"""The process that does one job: told what by a line on its input, tells how far it is by lines on its output.

Its input stays open as long as the worker lives; when it ends, so does this process, whatever it is doing.
"""

import gc
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from api.jobs.kinds import Task, kind_named
from api.jobs.saying import both, error_of
from api.settings import Settings
from api.store.jobs import Lease
from zones.errors import InputError
from zones.text import Text

LOST = 70
_log = logging.getLogger("truckban.jobs")


def main() -> int:
    """Do the job; return the exit status."""
    gc.set_threshold(50_000)  # as in a command: most of what is made stays until the process ends
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what libraries print is no line of ours
    lock = threading.Lock()
    asked = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_worker, daemon=True).start()

    def say(line: Mapping[str, Any]) -> None:
        with lock:
            out.write(json.dumps(line) + "\n")

    do(asked, say)
    return 0


def do(asked: Mapping[str, Any], say: Callable[[Mapping[str, Any]], None]) -> None:
    """Do a job.

    Args:
        asked: settings and lease, as `api.jobs.doing.asked` gives them.
        say: takes lines of how far it is, and the last one: what was found, or why nothing was and whether to try again.
    """
    lease = Lease(**asked["lease"])
    task = Task(Settings.model_validate(asked["settings"]), lease, lambda progress: say({"progress": dict(progress)}))
    try:
        say({"result": kind_named(lease.kind).work(task)})
    except InputError as error:
        say({"error": error_of(error)})
    except (OSError, MemoryError) as error:
        say({"error": {"code": "system", **both(_system(error))}, "again": True})
    except Exception as error:  # noqa: BLE001  (whatever it is, the worker is told)
        _log.exception("job %s of kind %s", lease.id, lease.kind)
        name = type(error).__name__
        text = Text(f"程序内部出错（{name}），已记入日志", f"an error inside the program ({name}); it is in the log")
        say({"error": {"code": "internal", **both(text)}, "again": True})


def _system(error: BaseException) -> Text:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
    return Text(
        f"机器资源不足或文件读写失败：{reason}", f"the machine ran short, or a file could not be used: {reason}"
    )


def _end_with_worker() -> None:
    while os.read(0, 1024):
        pass
    os._exit(LOST)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sys.exit(main())
