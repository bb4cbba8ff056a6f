"""What Kafka's view asks of the brokers, and when it leaves the view unknown."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    BrokerMetadata,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    PartitionMetadata,
    TopicMetadata,
)
from testapp.kafka.security import PLAINTEXT
from testapp.view.asking import REFUSED_SECONDS, Kafka
from testapp.view.observation import Unknown
from testapp.view.snapshot import snapshot

BROKER = {"advertised.listeners": "PLAINTEXT://10.10.0.6:9092,SASL_SSL://wn0-x:9093"}


CERTIFICATE = (
    "sasl_ssl://wn1:9093/1002: SSL handshake failed: certificate verify failed: hostname mismatch "
    "(after 4ms in state SSL_HANDSHAKE)"
)


@dataclass
class Scripted:
    """A client of Kafka with scripted answers; it does not answer for a broker or topic that is missing."""

    metadata: ClusterMetadata | KafkaException
    configurations: Mapping[str, Mapping[str, str] | KafkaError] = field(default_factory=dict)
    errors: Sequence[str] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    made: int = 0

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        assert timeout <= 5
        if isinstance(self.metadata, KafkaException):
            raise self.metadata
        return self.metadata

    def describe_configs(
        self, resources: list[ConfigResource], *, request_timeout: float
    ) -> Mapping[ConfigResource, Future[Any]]:
        assert request_timeout <= 5
        return {resource: self._answer(str(resource.name)) for resource in resources}

    def _answer(self, name: str) -> Future[Any]:
        answer: Future[Any] = Future()
        told = self.configurations.get(name, KafkaError(KafkaError._TIMED_OUT))
        if isinstance(told, KafkaError):
            answer.set_exception(KafkaException(told))
        else:
            answer.set_result({key: ConfigEntry(key, value) for key, value in told.items()})
        return answer

    def poll(self, timeout: float) -> int:
        for reason in self.errors:
            self.settings["error_cb"](KafkaError(KafkaError._SSL, reason))
        return len(self.errors)


def metadata(hosts: Mapping[int, str], controller: int = 1001) -> ClusterMetadata:
    """The metadata of these brokers, and of one topic with one partition on all of them."""
    made = ClusterMetadata()
    made.controller_id = controller
    for number, host in hosts.items():
        made.brokers[number] = BrokerMetadata()
        vars(made.brokers[number]).update(id=number, host=host, port=9092)
    topic = made.topics["words"] = TopicMetadata()
    partition = topic.partitions[0] = PartitionMetadata()
    vars(partition).update(id=0, leader=1001, replicas=[*hosts], isrs=[*hosts])
    return made


TWO = metadata({1001: "10.10.0.6", 1002: "wn1"})


WORDS = {"words": {"min.insync.replicas": "1"}}


ANSWERED = {"1001": BROKER, "1002": BROKER, **WORDS}


def asked(client: Scripted, clock: Callable[[], float] = lambda: 0.0) -> Kafka:
    def make(settings: dict[str, Any]) -> Scripted:
        client.settings = settings
        client.made += 1
        return client

    return Kafka("10.10.0.6:9092", PLAINTEXT, make, clock)


def test_every_broker_is_asked_for_what_it_advertises_itself() -> None:
    names = {"PLAINTEXT": "wn1:9092"}
    told = {**ANSWERED, "1002": {"advertised.listeners": "PLAINTEXT://wn1:9092"}}
    document = snapshot(asked(Scripted(TWO, told)).observe(), "", {})
    assert document["brokers"]["1002"] == {"address": "", "advertised": names}
    assert document["brokers"]["1001"]["advertised"]["PLAINTEXT"] == "10.10.0.6:9092"
    assert document["controller"] == 1001


def test_a_broker_that_is_silent_is_told_as_such_while_metadata_still_has_it_in_sync() -> None:
    document = snapshot(asked(Scripted(TWO, {"1001": BROKER, **WORDS})).observe(), "", {})
    assert document["brokers"]["1002"] == {"address": "", "advertised": None}
    assert document["partitions"]["words"] == [[1001, [1001, 1002], [1001, 1002]]]


def test_a_controller_that_is_no_broker_is_none() -> None:
    observed = asked(Scripted(metadata({1001: "10.10.0.6"}, controller=-1), ANSWERED)).observe()
    assert observed.controller is None


REFUSED = KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED)


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (Scripted(KafkaException(KafkaError(KafkaError._TRANSPORT))), "no broker of 10.10.0.6:9092 answers"),
        (Scripted(TWO, WORDS), "no broker answers where it says that it is: 10.10.0.6:9092, wn1:9092"),
        (Scripted(TWO, {**ANSWERED, "1002": REFUSED}), "broker 1002 does not tell its configuration"),
        (Scripted(TWO, {**ANSWERED, "words": REFUSED}), "the configuration of the topic words is not told"),
        (Scripted(TWO, {"1001": BROKER, "1002": BROKER}), "the configuration of the topic words is not told"),
        (
            Scripted(TWO, {"1001": BROKER, **WORDS}, [CERTIFICATE]),
            "broker 1002 can't be asked: sasl_ssl://wn1",
        ),
        (
            Scripted(KafkaException(KafkaError(KafkaError._TRANSPORT)), {}, [CERTIFICATE]),
            "no broker .* certificate verify failed",
        ),
    ],
)
def test_who_refuses_or_hides_something_leaves_the_view_unknown(client: Scripted, reason: str) -> None:
    with pytest.raises(Unknown, match=reason):
        asked(client).observe()


@pytest.mark.parametrize(
    "client", [Scripted(KafkaException(KafkaError(KafkaError._TRANSPORT))), Scripted(TWO, WORDS)]
)
def test_who_has_lost_every_broker_asks_those_again_that_it_was_given(client: Scripted) -> None:
    kafka = asked(client)
    with pytest.raises(Unknown):
        kafka.observe()
    assert client.made == 2
    client.metadata, client.configurations = TWO, ANSWERED
    assert kafka.observe().configurations.keys() == {1001, 1002}
    assert client.made == 2


def test_a_refusal_of_another_broker_or_of_long_ago_does_not_hide_that_one_is_down() -> None:
    now = [0.0]
    other = Scripted(TWO, {"1002": BROKER, **WORDS}, [CERTIFICATE])
    kafka = asked(other, lambda: now[0])
    assert kafka.observe().configurations.keys() == {1002}
    other.configurations, other.errors = {"1001": BROKER, **WORDS}, ()
    with pytest.raises(Unknown):
        kafka.observe()
    now[0] = REFUSED_SECONDS + 1
    assert kafka.observe().configurations.keys() == {1001}


def test_a_topic_that_metadata_has_an_error_for_leaves_the_view_unknown() -> None:
    wrong = metadata({1001: "10.10.0.6"})
    vars(wrong.topics["words"]).update(error=KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    with pytest.raises(Unknown, match="the topic words is not told"):
        asked(Scripted(wrong, ANSWERED)).observe()
