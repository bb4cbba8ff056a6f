"""Rolling restarts as Ambari's web page asks for them: a schedule of requests, one after the other."""

from collections.abc import Iterable, Mapping
from typing import Any


def restarts(hosts: Iterable[str]) -> list[Mapping[str, Any]]:
    """The requests of a batch that restarts the brokers of these hosts, in their order."""
    kind = {"service_name": "KAFKA", "component_name": "KAFKA_BROKER"}
    return [
        {
            "order_id": number,
            "type": "POST",
            "uri": "/clusters/mykafka/requests",
            "RequestBodyInfo": {
                "RequestInfo": {"command": "RESTART", "context": f"batch {number}"},
                "Requests/resource_filters": [{**kind, "hosts": host}],
            },
        }
        for number, host in enumerate(hosts, start=1)
    ]
