"""Reads a broker's metrics from its JMX beans, through the Jolokia agent in its process."""

import http.client
import json
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PORT = 8778
"""Jolokia's default port, on the node's loopback."""

BROKER_STATE = "kafka.server.KafkaServer.BrokerState"
KNOWN_BROKERS = "kafka.controller.KafkaController.ActiveBrokerCount"
"""The metric of how many brokers the controller knows; 0 on a broker that isn't the controller."""

RUNNING = 3.0
"""The broker state in which it serves clients (org.apache.kafka.metadata.BrokerState)."""

_ANSWER_TIMEOUT = 5.0  # seconds

_ATTRIBUTES = {
    "count": "Count",
    "meanRate": "MeanRate",
    "1MinuteRate": "OneMinuteRate",
    "5MinuteRate": "FiveMinuteRate",
    "15MinuteRate": "FifteenMinuteRate",
}
_NAME = re.compile(r"(kafka\.\w+)\.(\w+)\.(\w+)(?:\.(\w+))?")


def bean_request(name: str) -> dict[str, str] | None:
    """The Jolokia request for a metric by its name in Ambari's collector; None for a name of another form.

    "kafka.server.ReplicaManager.LeaderCount" is a gauge; meters have one more part, such as ".1MinuteRate".
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    domain, kind, bean, part = match.groups()
    attribute = "Value" if part is None else _ATTRIBUTES.get(part)
    if attribute is None:
        return None
    return {"type": "read", "mbean": f"{domain}:type={kind},name={bean}", "attribute": attribute}


def read_metrics(names: Sequence[str], connect: Callable[[], socket.socket]) -> dict[str, float]:
    """Metrics by name, without those that the broker doesn't have; empty while it doesn't respond."""
    requests = {name: request for name in names if (request := bean_request(name))}
    if not requests:
        return {}
    try:
        responses = _post(connect, list(requests.values()))
    except (OSError, http.client.HTTPException):
        return {}
    return {
        name: float(response["value"])
        for name, response in zip(requests, responses, strict=True)
        if isinstance(response.get("value"), int | float)
    }


def _post(connect: Callable[[], socket.socket], requests: list[dict[str, str]]) -> list[Mapping[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.sock = connect()
    connection.sock.settimeout(_ANSWER_TIMEOUT)
    try:
        connection.request("POST", "/jolokia/", json.dumps(requests), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
