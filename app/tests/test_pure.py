"""What needs neither brokers nor HTTP."""

import re
from concurrent.futures import Future

import pytest
from confluent_kafka import KafkaError, KafkaException
from testapp.__main__ import main
from testapp.check import command
from testapp.check.examination import Report
from testapp.configuration.declared_topics import Topic
from testapp.configuration.settings import ServeSettings, SettingsError, TopicSettings
from testapp.kafka import topics
from testapp.kafka.cluster import Broker, Cluster, Partition
from testapp.kafka.topics import (
    ExistingTopic,
    TopicsFailed,
    TopicsRefused,
    declare_topics_patiently,
    plan_topics,
)
from testapp.web.metrics import Metrics

WORDS = Topic("words", partitions=3, replication_factor=3, config={})


def test_an_absent_topic_is_created() -> None:
    assert plan_topics([WORDS], {}).create == (WORDS,)


def test_a_topic_as_declared_is_left_alone_and_foreign_ones_too() -> None:
    present = ExistingTopic(3, 3, {"retention.ms": "1"})
    plan = plan_topics([WORDS], {"words": present, "foreign": present})
    assert (plan.create, plan.grow) == ((), ())


def test_partitions_grow() -> None:
    assert plan_topics([WORDS], {"words": ExistingTopic(2, 3, {})}).grow == (WORDS,)


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        (ExistingTopic(4, 3, {}), "can't take partitions away"),
        (ExistingTopic(3, 2, {}), "moves data"),
    ],
)
def test_every_other_change_is_refused_with_its_reason(present: ExistingTopic, reason: str) -> None:
    with pytest.raises(TopicsRefused, match=reason):
        plan_topics([WORDS], {"words": present})


def test_another_configuration_is_refused_and_all_refusals_come_together() -> None:
    declared = Topic("words", 1, 3, {"retention.ms": "5"})
    with pytest.raises(TopicsRefused) as refused:
        plan_topics([declared], {"words": ExistingTopic(3, 3, {"retention.ms": "9"})})
    assert "retention.ms=9, 5 is declared" in str(refused.value)
    assert "can't take partitions away" in str(refused.value)


@pytest.mark.parametrize(
    ("reason", "status"),
    [(TopicsFailed("no leader"), 1), (TopicsRefused("too few"), 3)],
    ids=["another try may do", "no try will do"],
)
def test_the_exit_status_tells_whether_to_try_again(
    reason: Exception, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def declare_topics(settings: TopicSettings) -> None:
        raise reason

    monkeypatch.setattr(topics, "declare_topics", declare_topics)
    monkeypatch.setattr(topics, "declare_topics_patiently", lambda declare: declare())
    monkeypatch.setattr(command, "examine_links", lambda *_: Report([]))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b:9092")
    monkeypatch.setenv("KAFKA_TOPICS", "[]")
    assert main(["create-topics"]) == status
    assert capsys.readouterr().err == f"{reason}\n"


def patiently(*failures: Exception, patience: float = 60) -> list[float]:
    """The pauses between tries of a declaration that fails so often, and then succeeds."""
    now, pauses, left = 0.0, [], list(failures)

    def declare() -> None:
        if left:
            raise left.pop(0)

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds
        pauses.append(seconds)

    declare_topics_patiently(declare, patience, lambda: now, wait)
    return pauses


def test_a_failure_that_may_pass_is_tried_again_until_the_time_is_up() -> None:
    assert patiently(TopicsFailed("no leader"), TopicsFailed("no leader")) == [5, 5]
    with pytest.raises(TopicsFailed, match="the third"):
        patiently(*map(TopicsFailed, ["the first", "the second", "the third", "the fourth"]), patience=10)


def test_a_refusal_is_tried_once() -> None:
    with pytest.raises(TopicsRefused):
        patiently(TopicsRefused("too few"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (KafkaError.POLICY_VIOLATION, TopicsRefused),
        (KafkaError.INVALID_REPLICATION_FACTOR, TopicsFailed),
        (KafkaError.TOPIC_ALREADY_EXISTS, TopicsFailed),
    ],
)
def test_what_a_broker_always_refuses_is_told_from_what_may_pass(code: int, kind: type[Exception]) -> None:
    outcome: Future[None] = Future()
    outcome.set_exception(KafkaException(KafkaError(code)))
    with pytest.raises(kind, match="topic words can't be created: "):
        topics._settle("topic words can't be created", outcome)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"KAFKA_TOPIC": "t"}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b"}, "KAFKA_TOPIC"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "PORT": "0"}, "PORT is '0'"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "HISTORY": "9" * 5000}, "HISTORY is"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "OPEN_TO_THE_WORLD": "yes"}, "'yes'"),
    ],
)
def test_wrong_environment_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        ServeSettings.from_environment(environment)


@pytest.mark.parametrize("topics", ["", "x", "{}", "[1]", '[{"name": "t"}]'])
def test_wrong_topics_are_named(topics: str) -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPICS": topics}
    with pytest.raises(SettingsError, match="KAFKA_TOPICS"):
        TopicSettings.from_environment(environment)


def test_topics_are_read() -> None:
    text = '[{"name":"a","partitions":2,"replicationFactor":3,"config":{"retention.ms":1000}}]'
    settings = TopicSettings.from_environment({"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPICS": text})
    assert settings.topics == (Topic("a", 2, 3, {"retention.ms": "1000"}),)


def test_a_token_that_no_header_can_carry_is_refused_and_not_repeated() -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "ACCESS_TOKEN": "pass word"}
    with pytest.raises(SettingsError, match="ACCESS_TOKEN") as refused:
        ServeSettings.from_environment(environment)
    assert "pass word" not in str(refused.value)


def test_settings_do_not_show_the_token() -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "ACCESS_TOKEN": "s3cret"}
    settings = ServeSettings.from_environment(environment)
    assert settings.access_token == "s3cret"
    assert "s3cret" not in repr(settings)


def test_partitions_that_are_gone_have_no_lag() -> None:
    metrics = Metrics()
    metrics.page(lag={0: 1, 1: 2}, cluster=None, ready=True)
    text = metrics.page(lag={0: 3}, cluster=None, ready=True)[0].decode()
    lags = [line for line in text.splitlines() if line.startswith("testapp_lag_messages{")]
    assert lags == ['testapp_lag_messages{partition="0"} 3.0']


def test_figures_say_which_replicas_are_missing_and_which_brokers_advertise_names() -> None:
    def measured(cluster: Cluster | None) -> list[str]:
        text = metrics.page(lag={}, cluster=cluster, ready=True)[0].decode()
        return [line for line in text.splitlines() if re.match("testapp_(missing|broker)", line)]

    metrics = Metrics()
    assert measured(None) == []
    brokers = (Broker(1001, "10.10.0.5", 9092), Broker(1002, "wn1-kafka", 9092))
    partitions = (
        Partition(0, 1001, (1001, 1002), (1001, 1002), 0, 5),
        Partition(1, None, (1001, 1002, 1003), (1001,), None, None),
    )
    assert measured(Cluster(1001, brokers, "messages", partitions, None)) == [
        'testapp_missing_replicas{partition="0"} 0.0',
        'testapp_missing_replicas{partition="1"} 2.0',
        'testapp_broker_advertises_name{broker="1001"} 0.0',
        'testapp_broker_advertises_name{broker="1002"} 1.0',
    ]
    assert measured(Cluster(1001, brokers[:1], "messages", (), None)) == [
        'testapp_broker_advertises_name{broker="1001"} 0.0'
    ]


@pytest.mark.parametrize(
    ("host", "usable"),
    [
        ("10.10.0.5", True),
        ("fd00::5", True),
        ("wn0-kafka.ab12.bx.internal.cloudapp.net", False),
        ("wn0-kafka", False),
        ("", False),
    ],
)
def test_a_broker_is_in_trouble_that_advertises_a_name(host: str, usable: bool) -> None:
    reason = Broker(1, host, 9092).reason
    assert (reason is None) is usable
    if reason:
        assert "a name instead of an address" in reason
