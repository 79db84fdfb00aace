"""Counts and times of one application, for Prometheus."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_BOUNDS = (*(str(float(bound)) for bound in _SECONDS), "+Inf")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Metrics:
    """What is counted; each application has its own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self._requests = _Requests()
        self.registry.register(self._requests)
        self.observe = self._requests.observe

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a figure that is asked for when the metrics are read, such as the length of a queue.

        Args:
            name: `truckban_…`.
            about: a sentence for who reads the metrics.
            value: returns it; where it raises, the figure is not a number, and the others are there.
        """

        def asked() -> float:
            try:
                return float(value())
            except Exception:  # noqa: BLE001  (one figure less must not hide the others)
                return float("nan")

        Gauge(name, about, registry=self.registry).set_function(asked)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _Requests(Collector):
    """Requests by operation. Counted where they are answered, in the one thread of the loop: without a lock."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, _Times] = {}

    def observe(self, operation: str | None, method: str, status: int, seconds: float) -> None:
        """Count one request; what belongs to no operation is one operation, whatever its address."""
        name = operation or "none"
        key = name, method if method in _METHODS else "other", status
        self._counts[key] = self._counts.get(key, 0) + 1
        times = self._times.get(name)
        if times is None:
            times = self._times[name] = _Times()
        times.total_s += seconds
        times.counts[bisect_left(_SECONDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, for who reads the metrics."""
        requests = CounterMetricFamily(
            "truckban_requests", "Requests answered", labels=("operation", "method", "status")
        )
        for (operation, method, status), count in self._counts.copy().items():
            requests.add_metric((operation, method, str(status)), count)
        yield requests
        seconds = HistogramMetricFamily(
            "truckban_request_seconds", "Time until a request was answered", labels=("operation",)
        )
        for operation, times in self._times.copy().items():
            buckets = list(zip(_BOUNDS, accumulate(times.counts), strict=True))
            seconds.add_metric((operation,), buckets, times.total_s)
        yield seconds


class _Times:
    """How long the requests of one operation took: together, and how many up to each bound and beyond the one before."""

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.total_s = 0.0
        self.counts = [0] * (len(_SECONDS) + 1)
