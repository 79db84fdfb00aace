"""Loops that Numba compiles where it is installed (the extra `fast`), and Python runs as they stand where it is not."""

import contextlib
import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
# no counting of references; not a documented option of Numba: where it is refused, they are counted
_UNCOUNTED: dict[str, Any] = {"_nrt": False}
FAST = importlib.util.find_spec("numba") is not None


def drop_stale(folder: Path) -> None:
    """Remove what Numba kept of the modules of a folder, unless none of them has changed since.

    Numba looks at the file of a function only, not at those of the functions that are compiled into it: after a change in
    one of these it would go on with the old one.
    """
    kept = folder / "__pycache__"
    sources = b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.glob("*.py")))
    stamp, now = kept / "kernels.sha256", hashlib.sha256(sources).hexdigest()
    # a folder that cannot be written to is an installed one, and these change as a whole
    with contextlib.suppress(OSError):
        if not stamp.is_file() or stamp.read_text("ascii") != now:
            for path in [*kept.glob("*.nbi"), *kept.glob("*.nbc")]:
                path.unlink()
            kept.mkdir(exist_ok=True)
            stamp.write_text(now, "ascii")


def compiled(function: F) -> F:
    """Compile a function of arrays and numbers; without Numba, return it as it is.

    IEEE arithmetic in both (no `fastmath`), so that both give the same result.
    """
    if not FAST:
        return function
    from numba import njit  # noqa: PLC0415 - optional, and takes time to import

    return cast("F", njit(cache=True, nogil=True)(function))


def compiled_bare(function: F) -> F:
    """Compile a function that makes no arrays, takes no slices and returns numbers only; without Numba, return it as it is.

    Numba counts references to every array of a tuple that is handed on, with atomic instructions: in a loop over ways that
    took five times as long as the work itself. What makes no arrays needs no counting.
    """
    return _bare(function, inline=False)


def compiled_inline(function: F) -> F:
    """Compile as `compiled_bare` does, and put the code in the place of every call: for what is called in inner loops.

    The tuples of arrays that are handed on are hundreds of bytes, copied at every call that is a call.
    """
    return _bare(function, inline=True)


def _bare(function: F, *, inline: bool) -> F:
    if not FAST:
        return function
    from numba import njit  # noqa: PLC0415

    try:
        # division by zero gives infinity, as NumPy has it, and is not looked for; there is none
        return cast("F", njit(cache=True, nogil=True, error_model="numpy", forceinline=inline, **_UNCOUNTED)(function))
    except (KeyError, TypeError):
        return compiled(function)


if FAST:
    drop_stale(Path(__file__).parent)
