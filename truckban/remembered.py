"""What was worked out before, so much of it and no more: the oldest is let go."""

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """A bounded mapping that several threads may use at once."""

    __slots__ = ("_keep", "_lock", "_most", "get")

    def __init__(self, most: int) -> None:
        """Take how many entries are held at most."""
        self._most = most
        self._lock = Lock()
        self._keep: dict[K, V] = {}
        self.get = self._keep.get
        """The value of a key, None where it is not held; looked up as quickly as in a dict."""

    def keep(self, key: K, value: V) -> V:
        """Hold a value, let the oldest go where there are too many, and return it."""
        with self._lock:
            while len(self._keep) >= self._most:
                del self._keep[next(iter(self._keep))]
            self._keep[key] = value
        return value

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._keep)
