"""Counts the rounds and the calls of a whole roll of a large simulated cluster, with Kafka's view."""

from __future__ import annotations

from typing import Any

from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.calls import RESTART
from tests.simulated.ambari.kafka import kafka_bench
from tests.unit.ambari.clocks import FakeClock

BROKERS, PARTITIONS = 300, 1_000


def roll_of_a_large_cluster() -> dict[str, Any]:
    """The roll of brokers with partitions of three replicas each, of which two have to be in sync."""
    found = {f"batch_{batch}": _rolled(batch) for batch in (1, 10)}
    return {"figure": f"a roll of {BROKERS} simulated brokers by Kafka's view: restartBatch 1 / 10", **found}


def _rolled(batch: int) -> dict[str, float]:
    places = [[one, one * 7 + 1, one * 13 + 2] for one in range(PARTITIONS)]
    replicas = [[place % BROKERS for place in three] for three in places]
    topics = {"orders": [three for three in replicas if len({*three}) == 3]}
    with kafka_bench(BROKERS, topics=topics) as place:
        place.kafka.minimums = {"orders": 2}
        place.kafka.controller = 0
        clock = place.cluster.clock = FakeClock()
        # With this pace, waiting for time to pass would show in `waited_s`.
        options = RollOptions(pace=Pace(settle=1e6, settle_unvouched=1e6), batch=batch)
        run = place.cluster.run(options, between=place.cluster.let_restarts_end)
        run.change.advertise()
        assert place.cluster.problems() == []
        rounds = run.writes.count(RESTART)
        return {
            "rounds": rounds,
            "waited_s": clock.passed,
            "ambari_calls_per_round": round(len(run.calls) / rounds, 1),
            "kubernetes_calls_per_round": round(len(place.api.asked) / rounds, 1),
        }
