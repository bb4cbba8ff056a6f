"""What Kafka says of itself reaches the log whole, or the log says that it is not known."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

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
from replica import Brokers
from testapp.__main__ import main
from testapp.kafka.security import PLAINTEXT
from testapp.view.asking import REFUSED_SECONDS, Kafka
from testapp.view.lines import (
    INTERVAL_SECONDS,
    LIVELY_SECONDS,
    LONG_INTERVAL_SECONDS,
    LONGEST_LINE,
    LONGEST_REASON,
    MANY_BYTES,
    REPEAT_SECONDS,
    SHORT_INTERVAL_SECONDS,
    Lines,
)
from testapp.view.observation import Observation, Replication, Unknown
from testapp.view.snapshot import names_of_hosts, snapshot

from bench.view_log import volume

APP = Path(__file__).resolve().parents[1]
BROKER = {"advertised.listeners": "PLAINTEXT://10.10.0.6:9092,SASL_SSL://wn0-x:9093"}
OBSERVED = Observation(
    controller=1002,
    hosts={1001: "10.10.0.6", 1002: "wn1-mykafk.x.internal.cloudapp.net"},
    configurations={1001: BROKER},
    partitions={"words": {0: Replication(1001, (1001, 1003), (1001,)), 1: Replication(-1, (1002,), ())}},
    topics={"words": {"min.insync.replicas": "2"}},
)
NAMES = {"wn1-mykafk.x.internal.cloudapp.net": "10.10.0.7"}
CERTIFICATE = (
    "sasl_ssl://wn1:9093/1002: SSL handshake failed: certificate verify failed: hostname mismatch "
    "(after 4ms in state SSL_HANDSHAKE)"
)


def read(lines: Sequence[str]) -> tuple[dict[str, Any], Any]:
    """The last heartbeat, and the document of the snapshot that it names, as a reader puts it together."""
    found = [json.loads(line) for line in lines]
    parts = [one for one in found if one.get("snapshot") == found[-1]["view"]]
    assert [one["part"] for one in parts] == list(range(1, len(parts) + 1))
    if not parts:
        return found[-1], None
    assert {one["of"] for one in parts} == {len(parts)}
    return found[-1], json.loads(zlib.decompress(base64.b64decode("".join(one["data"] for one in parts))))


def test_a_snapshot_holds_brokers_minimums_and_partitions() -> None:
    assert snapshot(OBSERVED, "", NAMES) == {
        "version": 1,
        "controller": 1002,
        "brokers": {
            "1001": {
                "address": "10.10.0.6",
                "advertised": {"PLAINTEXT": "10.10.0.6:9092", "SASL_SSL": "wn0-x:9093"},
            },
            # It is in the metadata, and did not answer by itself.
            "1002": {"address": "10.10.0.7", "advertised": None},
            # Only a partition still names it.
            "1003": {"address": "", "advertised": None},
        },
        "defaults": {"min.insync.replicas": 2},
        "minimums": {},
        "partitions": {"words": [[1001, [1001, 1003], [1001]], [-1, [1002], []]]},
    }


def test_the_minimum_of_most_topics_is_said_once() -> None:
    held = {0: Replication(1001, (1001,), (1001,))}
    minimums = {"a": "2", "b": "1", "c": "2"}
    many = replace(
        OBSERVED,
        partitions=dict.fromkeys(minimums, held),
        topics={name: {"min.insync.replicas": value} for name, value in minimums.items()},
    )
    told = snapshot(many, "", NAMES)
    assert (told["defaults"], told["minimums"]) == ({"min.insync.replicas": 2}, {"b": 1})


def test_listeners_are_what_a_broker_advertises_that_is_told_nothing_else() -> None:
    told = replace(OBSERVED, configurations={1001: {"listeners": "PLAINTEXT://wn0-x:9092"}})
    assert snapshot(told, "", NAMES)["brokers"]["1001"]["advertised"] == {"PLAINTEXT": "wn0-x:9092"}


AUTHORIZED = {**BROKER, "authorizer.class.name": "kafka.security.auth.SimpleAclAuthorizer"}


@pytest.mark.parametrize(
    ("broker", "user", "known"),
    [
        (BROKER, "", True),
        ({**BROKER, "authorizer.class.name": ""}, "", True),
        (AUTHORIZED, "anna", False),
        ({**AUTHORIZED, "super.users": "User:kafka;User:anna"}, "anna", True),
        ({**AUTHORIZED, "super.users": "User:kafka;User:annabel"}, "anna", False),
        ({**AUTHORIZED, "super.users": "User:ANONYMOUS"}, "", True),
        ({**AUTHORIZED, "super.users": "User:anna", "principal.builder.class": "org.x.Own"}, "anna", False),
        (
            {**BROKER, "authorizer.class.name": "org.apache.ranger.X", "super.users": "User:anna"},
            "anna",
            False,
        ),
    ],
)
def test_with_an_authorizer_only_a_user_who_sees_everything_is_believed(
    broker: Mapping[str, str], user: str, known: bool
) -> None:
    observed = replace(OBSERVED, configurations={1001: broker})
    if known:
        assert snapshot(observed, user, NAMES)["partitions"]
    else:
        with pytest.raises(Unknown, match="so topics may be hidden"):
            snapshot(observed, user, NAMES)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"topics": {}}, "nobody tells min.insync.replicas of the topic words"),
        (
            {"partitions": {"words": {1: Replication(1, (1,), (1,))}}},
            "not every partition of the topic words",
        ),
        ({"configurations": {1001: {}}}, "broker 1001 does not tell what it advertises"),
        ({"configurations": {1001: {"listeners": "10.10.0.6"}}}, "'10.10.0.6', which is no listener"),
    ],
)
def test_half_an_answer_is_none(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unknown, match=reason):
        snapshot(replace(OBSERVED, **changed), "", NAMES)


def test_names_are_those_of_the_hosts_file_and_the_first_counts() -> None:
    text = "127.0.0.1 localhost\n# 10.0.0.9 no\n10.0.0.4\tWN0-x.y wn0-x # a broker\n10.0.0.5 wn0-x\n\n"
    assert names_of_hosts(text) == {"localhost": "127.0.0.1", "wn0-x.y": "10.0.0.4", "wn0-x": "10.0.0.4"}


def test_a_snapshot_precedes_the_heartbeat_that_names_it_and_is_not_repeated_at_once() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    heartbeat, told = read(lines.known(document, 100.0))
    assert told == document
    assert heartbeat["round"] == 1
    [second] = lines.known(document, 100.0 + REPEAT_SECONDS - 1)
    assert json.loads(second) == {**heartbeat, "round": 2}
    assert read(lines.known(document, 100.0 + REPEAT_SECONDS))[1] == document
    changed = {**document, "controller": 1001}
    other, told = read(lines.known(changed, 161.0))
    assert told == changed
    assert other["view"] != heartbeat["view"]


def test_after_a_time_without_answers_the_same_snapshot_is_named_again() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    first, _ = read(lines.known(document, 100.0))
    [unknown] = map(json.loads, lines.unknown("no broker\n of them  answers " + "x" * 1000))
    assert (unknown["view"], unknown["round"]) == ("", 2)
    assert unknown["unknown"].startswith("no broker of them answers xxx")
    assert len(unknown["unknown"]) == LONGEST_REASON
    assert read(lines.known(document, 105.0))[0] == {**first, "round": 3}


def test_rounds_follow_each_other_quickly_for_a_while_after_a_change_unless_they_print_much() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    first = lines.known(document, 100.0)
    assert lines.seconds_between(first, 100.0) == SHORT_INTERVAL_SECONDS
    again = lines.known(document, 100.0 + LIVELY_SECONDS)
    assert lines.seconds_between(again, 100.0 + LIVELY_SECONDS) == INTERVAL_SECONDS
    changed = lines.known({**document, "controller": None}, 200.0)
    assert lines.seconds_between(changed, 200.0) == SHORT_INTERVAL_SECONDS
    assert lines.seconds_between(["x" * (MANY_BYTES + 1)], 200.0) == LONG_INTERVAL_SECONDS


def test_the_log_of_300_brokers_and_10000_partitions_is_bounded() -> None:
    quiet, changing = volume(brokers=300, partitions=10_000)
    # A kubelet keeps 10 MiB of a container's log by default (containerLogMaxSize).
    assert quiet < 150_000
    assert changing < 1_500_000


def test_no_line_is_cut_by_a_container_runtime() -> None:
    letters = random.Random(1)
    # What does not compress: as many lines as there can be.
    document = {"version": 1, "noise": letters.randbytes(100_000).hex()}
    lines = Lines().known(document, 0.0)
    assert len(lines) > 5
    assert max(map(len, lines)) < LONGEST_LINE
    assert read(lines)[1] == document


@dataclass
class Scripted:
    """Kafka's client with answers that were made up; a missing broker or topic stays silent."""

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
    """Of these brokers, and of one topic with one partition on all of them."""
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


@contextmanager
def running(servers: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "testapp", "view"]
    variables = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": servers, **environment}
    with subprocess.Popen(command, cwd=APP, env=variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_command_stays_while_kafka_is_away_and_says_so_without_a_secret() -> None:
    login = {
        "KAFKA_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_USER": "anna",
        "KAFKA_PASSWORD": "s3cret-of-anna",
    }
    # A port at which nothing can listen.
    with running("127.0.0.1:1", **login) as process:
        assert process.stdout is not None
        said = [process.stdout.readline(), process.stdout.readline()]
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    for line in said:
        heartbeat = json.loads(line)
        assert heartbeat["view"] == ""
        assert heartbeat["unknown"].startswith("no broker of 127.0.0.1:1 answers")
        assert "s3cret" not in line


def test_brokers_that_tell_no_configuration_leave_the_view_unknown(own_brokers: Brokers) -> None:
    with running(own_brokers.servers) as process:
        assert process.stdout is not None
        heartbeat = json.loads(process.stdout.readline())
    # librdkafka's mock brokers do not know the question.
    assert (heartbeat["view"], "does not tell its configuration" in heartbeat["unknown"]) == ("", True)


def test_a_wrong_environment_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "not a server")
        assert main(["view"]) == 2
    assert "KAFKA_BOOTSTRAP_SERVERS" in capsys.readouterr().err
    assert cast(Any, main)(["view", "--once"]) == 2
