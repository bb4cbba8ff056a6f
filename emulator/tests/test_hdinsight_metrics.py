"""How a figure's name in Ambari's collector leads to a bean of the broker."""

import pytest

from emulator.hdinsight.metrics import bean_request, read_metrics


def test_a_gauge():
    assert bean_request("kafka.server.ReplicaManager.UnderReplicatedPartitions") == {
        "type": "read",
        "mbean": "kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions",
        "attribute": "Value",
    }


def test_a_part_of_a_meter():
    request = bean_request("kafka.server.BrokerTopicMetrics.MessagesInPerSec.1MinuteRate")
    assert request is not None
    assert request["mbean"] == "kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec"
    assert request["attribute"] == "OneMinuteRate"


@pytest.mark.parametrize(
    "name", ["", "kafka.server", "jvm.a.b", "kafka.server.A.B.p99", "kafka.server.A.B,type=*"]
)
def test_another_name_leads_nowhere(name):
    assert bean_request(name) is None


def test_a_broker_that_is_not_there_has_no_figures():
    def connect():
        raise ConnectionRefusedError

    assert read_metrics(["kafka.server.ReplicaManager.LeaderCount"], connect) == {}
