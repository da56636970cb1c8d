"""What is measured while Caddie runs: Prometheus metrics always, OpenTelemetry traces where a collector is named."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
registry = CollectorRegistry()
accepted = Counter("caddie_arrivals_total", "What came from Slack and was stored", ["kind"], registry=registry)
door = Histogram(
    "caddie_door_seconds",
    "From a request's first byte to its acknowledgement",
    ["status"],
    buckets=SECONDS,
    registry=registry,
)
worked = Histogram(
    "caddie_work_seconds",
    "Working off an arrival, answers sent",
    ["kind", "outcome"],
    buckets=SECONDS,
    registry=registry,
)
sent = Counter("caddie_sent_total", "What was sent to Slack", ["way", "outcome"], registry=registry)


class Queues(Collector):
    """The state of inbox and outbox, read from the database when it is asked for."""

    def __init__(
        self,
        inbox: Callable[[], Mapping[str, int]],
        oldest: Callable[[], datetime | None],
        outbox: Callable[[], Mapping[str, int]],
        connected: Callable[[], int],
    ) -> None:
        self._inbox, self._oldest, self._outbox, self._connected = inbox, oldest, outbox, connected

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, what, counts in (
            ("caddie_inbox_items", "Items of the inbox by state", self._inbox()),
            ("caddie_outbox_messages", "Messages by state; doubted ones may have been sent twice", self._outbox()),
        ):
            family = GaugeMetricFamily(name, what, labels=["state"])
            for state, count in counts.items():
                family.add_metric([state], count)
            yield family
        oldest = self._oldest()
        age = time.time() - oldest.timestamp() if oldest else 0.0
        yield GaugeMetricFamily("caddie_inbox_oldest_seconds", "How long the oldest waiting item waits", value=age)
        yield GaugeMetricFamily(
            "caddie_sockets_connected", "Socket Mode connections that stand", value=self._connected()
        )


def exposition(queues: Queues) -> bytes:
    """All metrics in Prometheus' text format."""
    whole = CollectorRegistry()
    whole.register(queues)
    return generate_latest(registry) + generate_latest(whole)


def trace_to(endpoint: str) -> None:
    """Send traces to an OpenTelemetry collector from now on (OTLP over gRPC). Nothing people wrote goes with them."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "caddie"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """A step in a trace; without a collector it costs next to nothing."""
    from opentelemetry import trace

    with trace.get_tracer("caddie").start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ):
        yield
