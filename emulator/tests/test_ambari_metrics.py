"""Metrics where AMBARI_METRICS is installed, as recorded from a real Ambari with a made-up collector."""

import json
import time
from collections.abc import Iterator

import pytest

from emulator.ambari.cluster.metrics import Collector
from emulator.tests.ambari_replay import Replay, replaying, wait_for

COMPONENT = "/clusters/mykafka/services/KAFKA/components/KAFKA_BROKER"
MANAGER = "kafka.server.ReplicaManager"
UNDER_REPLICATED = "metrics/kafka/server/ReplicaManager/UnderReplicatedPartitions"


@pytest.fixture
def replay() -> Iterator[Replay]:
    """40 partitions in 3 replicas each, all in sync; nothing is collected but by the test."""
    with replaying("metrics", with_metrics=True, metrics_slice=3600) as replay:
        for number, broker in enumerate(replay.simulation.brokers):
            broker.metric_values = {
                f"{MANAGER}.UnderReplicatedPartitions": 0,
                f"{MANAGER}.PartitionCount": [41, 40, 39][number],
                f"{MANAGER}.LeaderCount": [14, 13, 13][number],
                "kafka.controller.KafkaController.ActiveControllerCount": [1, 0, 0][number],
            }
        yield replay


def test_all_is_well(replay: Replay) -> None:
    _collect(replay)
    replay.play_all("p22", but=["p22-zero-comp-temporal"])


def test_one_partition_lacks_a_replica(replay: Replay) -> None:
    replay.simulation.brokers[0].metric_values[f"{MANAGER}.UnderReplicatedPartitions"] = 1
    _collect(replay)
    replay.play_all("p23", but=["p23-nonzero-comp-temporal", "p23b-int-temporal"])


def test_nothing_collected_is_nothing_shown(replay: Replay) -> None:
    replay.play("p27-empty-point", "p27c-empty-temporal-unseen")


def test_figures_are_not_seen_before_they_are_written(replay: Replay) -> None:
    _collector(replay).sample()
    replay.play("p27-empty-point")
    _collector(replay).write()
    replay.play("p22-zero-comp-urp")


def test_the_last_figure_is_shown_whatever_its_age(replay: Replay) -> None:
    _collect(replay)
    for broker in replay.simulation.brokers:
        broker.kill("KAFKA_BROKER")
    _collect(replay)
    replay.play("p22-zero-comp-urp")


def test_a_broker_that_is_down_drops_out_of_the_sum(replay: Replay) -> None:
    replay.simulation.brokers[0].kill("KAFKA_BROKER")
    _collect(replay)
    field = "metrics/kafka/server/ReplicaManager/PartitionCount._sum"
    document = json.loads(replay.get(f"{COMPONENT}?fields={field}").body)
    assert document["metrics"]["kafka"]["server"]["ReplicaManager"] == {"PartitionCount._sum": 79.0}


def test_a_series_without_padding(replay: Replay) -> None:
    start = int(time.time())
    _collect(replay)
    shown = _series(replay, start - 1, start + 60)
    assert shown is not None
    assert [value for value, _ in shown] == [0.0]
    assert start <= shown[0][1] <= time.time()
    assert _series(replay, (start - 1) * 1000, (start + 60) * 1000) == shown
    assert _series(replay, start + 3600, start + 7200) is None
    assert _series(replay, start - 7200, start - 3600) is None


def test_windows_and_paddings_that_are_refused(replay: Replay) -> None:
    _collect(replay)
    replay.play("p24k-one-arg", "p24m-bad", "p24e-pad-bad")
    now = int(time.time())
    response = replay.get(f"{COMPONENT}?fields={UNDER_REPLICATED}[{now - 60},{now + 60},15]")
    assert response.status == 501


def test_metrics_need_a_role(replay: Replay) -> None:
    _collect(replay)
    replay.simulation.cluster.users.create("nopriv", "pw-nopriv", [])
    replay.play("p33-rights-nopriv")


def test_collection_goes_on_by_itself() -> None:
    with replaying("metrics", with_metrics=True, metrics_slice=0.005) as replay:
        replay.simulation.brokers[0].metric_values = {f"{MANAGER}.UnderReplicatedPartitions": 0}
        wait_for(lambda: b"UnderReplicatedPartitions" in replay.get(COMPONENT).body)


def _collector(replay: Replay) -> Collector:
    collector = replay.simulation.cluster.collector
    assert collector is not None
    return collector


def _collect(replay: Replay) -> None:
    _collector(replay).sample()
    _collector(replay).write()


def _series(replay: Replay, begin: int, end: int) -> list[list[float]] | None:
    response = replay.get(f"{COMPONENT}?fields={UNDER_REPLICATED}[{begin},{end},15],params/padding/NONE")
    assert response.status == 200
    document = json.loads(response.body)
    if "metrics" not in document:
        return None
    return document["metrics"]["kafka"]["server"]["ReplicaManager"]["UnderReplicatedPartitions"]
