"""Measures the planning of a large cluster's restarts: its time, and the number of rounds."""

import time
from typing import Any

from components.replication.plan import rounds
from tests.unit.replication.layouts import by_turns, lower_bound

BROKERS, PARTITIONS = 300, 10_000


def rounds_of_a_large_cluster() -> dict[str, Any]:
    """The rounds for topics of three replicas with min.insync.replicas 2, as Kafka places them."""
    cluster = by_turns(BROKERS, PARTITIONS, replicas=3, minimum=2, seed=1)
    found: dict[str, Any] = {}
    for batch in (1, 10):
        begun = time.process_time()
        planned = rounds(cluster, cluster.brokers, batch)
        spent = time.process_time() - begun
        found[f"batch_{batch}"] = {
            "rounds": len(planned),
            "lower_bound": lower_bound(cluster, batch),
            "planned_in_s": round(spent, 2),
        }
    return {"figure": f"rounds of {BROKERS} simulated brokers with {PARTITIONS:,} partitions", **found}
