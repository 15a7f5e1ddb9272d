"""How many requests this process answered, for `/metrics`."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, Metric

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass
class RequestCounts:
    """The answered requests by method, route and status; a route is a template such as `/leave/{token}`."""

    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, method: str, route: str, status: int) -> None:
        """Count one request."""
        with self._lock:
            self._counts[method if method in _METHODS else "other", route, str(status)] += 1

    def metric(self) -> Metric:
        """Them as a metric."""
        found = CounterMetricFamily(
            "digest_http_requests", "Requests that this process answered.", labels=("method", "route", "status")
        )
        with self._lock:
            counts = sorted(self._counts.items())
        for labels, number in counts:
            found.add_metric(labels, number)
        return found
