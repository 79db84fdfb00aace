"""Compiling in a process that does nothing else: `python -m zones.matching.compiling`, started by who needs a loop that is not kept yet.

Numba and LLVM hold on to hundreds of megabytes of what they compile. In a process of its own that ends with it, and does not come on top
of the rows of a check; what is compiled goes through Numba's cache. Where no such process can be had, or none can keep
anything, loops are compiled where they are called, with the same outcome.
"""

import atexit
import contextlib
import math
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from numba.core.caching import FunctionCache

from zones.matching.compiled import compile_here

_DONE = b"compiled\n"
_IDLE_S = 10.0
"""A compiler that is asked for nothing ends."""
_MOST_BYTES = 280_000_000
"""One that holds more ends too, and leaves what comes next to another: the largest loop takes 200 MB on top."""


class CompiledElsewhere(FunctionCache):  # type: ignore[misc,unused-ignore]
    """Numba's cache of one function, in which another process puts what is not there."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401
        """Return what is kept for a signature, None where neither it is nor another process can compile it."""
        kept = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        if kept is None and _COMPILER.compiled(self._py_func, sig):
            kept = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        return kept


class _Compiler:
    """A process that compiles: started when it is needed, and again after it has ended."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._not_mine: subprocess.Popen[bytes] | None = None
        self._can = bool(sys.executable) and not getattr(sys, "frozen", False)

    def compiled(self, function: Callable[..., Any], signature: object) -> bool:
        """Have a function compiled; return whether it was."""
        try:
            asked = pickle.dumps((function.__module__, function.__qualname__, pickle.dumps(signature)))
        except (pickle.PicklingError, AttributeError, TypeError):  # types that were made up on the way
            return False
        with self._alone:
            for _ in range(2 if self._can else 0):
                if said := self._answer(asked):
                    return said == _DONE
            self._can = False  # twice there was no answer
            return False

    def _answer(self, asked: bytes) -> bytes:
        """Return what the process answers, nothing where it is gone or cannot be started."""
        said = b""
        try:
            self._process = self._process or _started()
            into, out = self._process.stdin, self._process.stdout
            assert into is not None  # noqa: S101 - pipes, both
            assert out is not None  # noqa: S101
            into.write(asked)
            into.flush()
            said = out.readline()
        except OSError:
            pass
        finally:
            if not said:  # interrupted, too: what it answers later is no answer to what is asked next
                self.end()
        return said

    def forget(self) -> None:
        """Leave the process to the one that started it: this one is its copy."""
        self._alone, self._not_mine, self._process = threading.Lock(), self._process, None

    def end(self) -> None:
        """End the process; what it is compiling is not waited for."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):  # what it was not told any more
                process.communicate()


_COMPILER = _Compiler()
atexit.register(_COMPILER.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_COMPILER.forget)


def _started() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )


def answer(asked: BinaryIO, answers: BinaryIO) -> None:
    """Compile what is asked for, one loop after another, until there is nothing more, or this process has become large."""
    compile_here()
    large = False
    while not large:
        ends = threading.Timer(_IDLE_S, os._exit, (0,))
        ends.daemon = True
        ends.start()
        try:
            module, name, signature = pickle.load(asked)  # noqa: S301 - of the process that started this one
        except EOFError:
            return
        finally:
            ends.cancel()
        answers.write(_DONE if _compiles(module, name, signature) else b"not compiled\n")
        answers.flush()
        large = _held_bytes() > _MOST_BYTES


def _compiles(module: str, name: str, signature: bytes) -> bool:
    """Compile a loop and keep it; return whether that could be done."""
    with contextlib.suppress(Exception):  # whoever asked meets the same error where it can be told
        loop = getattr(import_module(module), name)
        with _one_at_a_time():
            loop.dispatcher.compile(pickle.loads(signature))  # noqa: S301
        return True
    return False


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait for other compilers of this cache: two that begin together would do the same work, and name their files alike."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    folder = Path(FunctionCache(_one_at_a_time.__wrapped__).cache_path)  # type: ignore[attr-defined,no-untyped-call]
    with (folder / "compiling.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _held_bytes() -> float:
    """Return how much this process holds; infinitely much where the system does not say, so that it ends after one loop."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return math.inf


if __name__ == "__main__":
    answer(sys.stdin.buffer, sys.stdout.buffer)
