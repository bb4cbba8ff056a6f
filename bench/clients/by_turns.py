"""Measures the client libraries in turn, in AKS's network.

`python -m bench.clients.by_turns BOOTSTRAP` prints a line of JSON for each library.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version
from typing import Any

from bench.browsers import BURST, RATE, SECONDS, Run, create_topic, figures
from bench.clients.libraries import Exchange, by_aiokafka, by_confluent_kafka, by_kafka_python

ROUNDS = 5
OURS = "confluent-kafka"
LIBRARIES: dict[str, Exchange] = {
    OURS: by_confluent_kafka,
    "aiokafka": by_aiokafka,
    "kafka-python": by_kafka_python,
}
SUMMED = ("duplicates", "losses")


class Timed(Run):
    """A run that records the process's processor time when its first message is created."""

    begun = 0.0

    def message(self, number: int) -> bytes:
        if number == 0:
            self.begun = time.process_time()
        return super().message(number)


def measure(bootstrap: str, topic: str) -> list[dict[str, Any]]:
    """A figure for each library: the medians of its rounds, and their ratios to the app's library."""
    paced = _rounds(bootstrap, topic, RATE * SECONDS, RATE)
    burst = _rounds(bootstrap, topic, BURST, None)
    return [
        {
            "library": name,
            "version": version(name),
            "paced": paced[name],
            "burst": burst[name],
            "against_ours": {
                "paced_p50": _ratio(paced, name, "p50_ms"),
                "paced_p99": _ratio(paced, name, "p99_ms"),
                "burst_rate": _ratio(burst, name, "messages_per_s"),
                "burst_processor_time": _ratio(burst, name, "processor_ms"),
            },
        }
        for name in LIBRARIES
    ]


def _rounds(bootstrap: str, topic: str, count: int, rate: float | None) -> dict[str, dict[str, Any]]:
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in LIBRARIES}
    for _ in range(ROUNDS):
        for name, exchange in LIBRARIES.items():
            measured[name].append(_exchange(exchange, bootstrap, topic, Timed(count), rate))
    return {name: _summary(ones) for name, ones in measured.items()}


def _exchange(
    exchange: Exchange, bootstrap: str, topic: str, run: Timed, rate: float | None
) -> dict[str, Any]:
    arrivals = exchange(bootstrap, topic, run, rate)
    processor = time.process_time() - run.begun
    return {**figures(run, [arrivals]), "processor_ms": round(processor * 1000)}


def _summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over the rounds, and the sum of duplicates and of losses."""
    return {
        name: (sum if name in SUMMED else statistics.median)(one[name] for one in rounds)
        for name in rounds[0]
    }


def _ratio(measured: dict[str, dict[str, Any]], name: str, figure: str) -> float:
    return round(measured[name][figure] / measured[OURS][figure], 2)


def main() -> None:
    [bootstrap] = sys.argv[1:]
    for line in measure(bootstrap, create_topic(bootstrap)):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
