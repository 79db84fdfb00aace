"""Loops that Numba compiles where it is installed (the extra `fast`), and Python runs as they stand where it is not.

Importing Numba and loading what it compiled takes half a second and more: who has little to do says so (`plain_at_first`), and
until that has become much (`ahead`) the loops run as they stand there too. The results are the same.
"""

import contextlib
import functools
import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
# no counting of references; not a documented option of Numba: where it is refused, they are counted
_UNCOUNTED: dict[str, Any] = {"_nrt": False}
FAST = importlib.util.find_spec("numba") is not None
# what importing Numba and loading compiled loops takes
_LOADING_S = 0.6


class _Plain:
    """Whether loops run as they stand, and for how many seconds of a process they may; its threads share that, with the same results."""

    now = False
    left_s = _LOADING_S


class _Compiled:
    """What Numba makes of a function of arrays and numbers, when it is first asked for.

    Attributes:
        plain: the function as it stands.
        options: of `numba.njit`.
    """

    loaded = False
    """Whether any has been compiled or loaded, so that Numba is there already."""
    here = False
    """Whether this process compiles what is not kept, rather than one that it starts for that."""
    plain: Callable[..., Any]
    options: dict[str, Any]

    @functools.cached_property
    def dispatcher(self) -> Callable[..., Any]:
        """The compiled function; loaded from Numba's cache, or compiled, at the first call with some types."""
        from numba import njit  # noqa: PLC0415 - optional, and takes time to import
        from numba.core.caching import FunctionCache  # noqa: PLC0415
        from numba.core.dispatcher import Dispatcher  # noqa: PLC0415

        from zones.matching.compiling import CompiledElsewhere  # noqa: PLC0415 - what is compiled imports it, and it Numba

        _Compiled.loaded = True
        _fresh(Path(self.plain.__code__.co_filename).parent)
        try:
            made = njit(nogil=True, **self.options)(self.plain)
        except (KeyError, TypeError):
            made = njit(nogil=True)(self.plain)
        if isinstance(made, Dispatcher):
            with contextlib.suppress(RuntimeError):  # there is no folder to keep anything in
                cache: Any = FunctionCache if _Compiled.here else CompiledElsewhere
                vars(made)["_cache"] = cache(self.plain)  # what `njit(cache=True)` does
        return cast("Callable[..., Any]", made)

    @property
    def _numba_type_(self) -> Any:  # noqa: ANN401
        """By this Numba knows what a compiled function calls: the compiled one."""
        from numba import typeof  # noqa: PLC0415

        return typeof(self.dispatcher)  # type: ignore[no-untyped-call]


class _Loop(_Compiled):
    """A function that runs compiled, or as it stands while there is little to do."""

    def __init__(self, plain: Callable[..., Any], options: dict[str, Any]) -> None:
        self.plain, self.options = plain, options
        functools.update_wrapper(self, plain)

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401
        return self.plain(*arguments) if _Plain.now else self.dispatcher(*arguments)


class _Inner(_Compiled, functools.partial[Any]):
    """A function that only other such functions call: from one that runs as it stands, as it stands (and at no cost)."""

    def __init__(self, plain: Callable[..., Any], options: dict[str, Any]) -> None:
        self.plain, self.options = plain, options

    def __new__(cls, plain: Callable[..., Any], _options: dict[str, Any]) -> Self:
        return super().__new__(cls, plain)


def _nothing(*_arguments: Any) -> None:  # noqa: ANN401
    """Do what a hint does where nothing is compiled."""


class _Hint(_Inner):
    """A function that does nothing but `fetch`: from what runs as it stands, nothing at all."""

    def __new__(cls, _plain: Callable[..., Any], _options: dict[str, Any]) -> Self:
        return super().__new__(cls, _nothing, _options)


@contextlib.contextmanager
def plain_at_first() -> Iterator[None]:
    """Within this, run loops as they stand as long as that is quicker than loading Numba: until `ahead` says otherwise.

    What may run so is not more for a process that does many small things than for one that does one.
    """
    _Plain.now = FAST and not _Compiled.loaded and _Plain.left_s > 0.0
    try:
        yield
    finally:
        _Plain.now = False


def ahead(seconds: float) -> None:
    """Say how long what comes next takes where it is not compiled; beyond what loading Numba takes, it will be compiled."""
    if _Plain.now:
        _Plain.left_s -= seconds
        _Plain.now = _Plain.left_s > 0.0


def quick() -> bool:
    """Return whether loops run compiled now."""
    return FAST and not _Plain.now


def compile_here() -> None:
    """Compile what is not kept in this process from now on, not in one that it starts for that."""
    _Compiled.here = True


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


_fresh = functools.cache(drop_stale)


class _Fetch:
    """Tells the processor that a row of an array will be read soon; where nothing is compiled, nobody."""

    def __call__(self, _values: Any, _row: int) -> None:  # noqa: ANN401
        """Do nothing: only what is compiled can ask."""

    @functools.cached_property
    def _numba_type_(self) -> Any:  # noqa: ANN401
        from llvmlite import ir  # type: ignore[import-untyped]  # noqa: PLC0415
        from numba.core import cgutils, registry, types  # noqa: PLC0415
        from numba.extending import intrinsic  # noqa: PLC0415

        def asked(_typing: Any, values: Any, row: Any) -> Any:  # noqa: ANN401
            def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
                array = context.make_array(signature.args[0])(context, builder, given[0])
                number = context.cast(builder, given[1], signature.args[1], types.intp)
                bytes_on = builder.mul(number, builder.extract_value(array.strides, 0))
                place = builder.gep(builder.bitcast(array.data, ir.PointerType(ir.IntType(8))), [bytes_on])
                whole = ir.IntType(32)
                kind = ir.FunctionType(ir.VoidType(), [place.type, whole, whole, whole])
                hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
                # to be read, and to be kept in all caches
                builder.call(hint, [place, *(ir.Constant(whole, value) for value in (0, 3, 1))])
                return context.get_dummy_value()

            return types.void(values, row), code

        made = intrinsic(asked)
        typing = registry.cpu_target.typing_context
        typing.refresh()
        return typing.resolve_value_type(made)


fetch = _Fetch()


def compiled(function: F) -> F:
    """Compile a function of arrays and numbers; without Numba, return it as it is.

    IEEE arithmetic in both (no `fastmath`), so that both give the same result.
    """
    return cast("F", _Loop(function, {})) if FAST else function


# division by zero gives infinity, as NumPy has it, and is not looked for; there is none
_BARE = {"error_model": "numpy", **_UNCOUNTED}


def compiled_bare(function: F) -> F:
    """Compile a function that makes no arrays, takes no slices and returns numbers only; without Numba, return it as it is.

    Numba counts references to every array of a tuple that is handed on, with atomic instructions: in a loop over ways that
    took five times as long as the work itself. What makes no arrays needs no counting.
    """
    return cast("F", _Loop(function, _BARE | {"forceinline": False})) if FAST else function


def compiled_inline(function: F) -> F:
    """Compile as `compiled_bare` does, and put the code in the place of every call: for what is called in inner loops.

    The tuples of arrays that are handed on are hundreds of bytes, copied at every call that is a call.
    """
    return cast("F", _Inner(function, _BARE | {"forceinline": True})) if FAST else function


def compiled_hint(function: F) -> F:
    """Compile as `compiled_inline` does what only has memory fetched; where nothing is compiled, it is nothing."""
    return cast("F", _Hint(function, _BARE | {"forceinline": True}) if FAST else _nothing)
