"""Counts and times of one application, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What is counted; each application has its own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "truckban_requests", "Requests answered", ("operation", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "truckban_request_seconds",
            "Time until a request was answered",
            ("operation",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._counts: dict[tuple[str | None, str, int], Counter] = {}
        self._times: dict[str | None, Histogram] = {}

    def observe(self, operation: str | None, method: str, status: int, seconds: float) -> None:
        """Count one request; what belongs to no operation is one operation, whatever its address."""
        key = operation, method, status
        count = self._counts.get(key)
        if count is None:
            known = method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else "other"
            count = self._requests.labels(operation or "none", known, status)
            if known == method:
                self._counts[key] = count
        time = self._times.get(operation)
        if time is None:
            time = self._times[operation] = self._seconds.labels(operation or "none")
        count.inc()
        time.observe(seconds)

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
