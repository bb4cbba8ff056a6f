"""What needs neither brokers nor HTTP."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from testapp import doctor_command, topics
from testapp.__main__ import main
from testapp.doctor import Report
from testapp.events import format_position, parse_position
from testapp.feed import Feed, Message
from testapp.settings import ServeSettings, SettingsError, Topic, TopicSettings
from testapp.topics import ExistingTopic, TopicsFailed, TopicsRefused, plan_topics

WORDS = Topic("words", partitions=3, replication_factor=3, config={})


def message(offset: int) -> Message:
    return Message(0, offset, 0, str(offset))


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
    monkeypatch.setattr(doctor_command, "examine_links", lambda *_: Report([]))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b:9092")
    monkeypatch.setenv("KAFKA_TOPICS", "[]")
    assert main(["create-topics"]) == status
    assert capsys.readouterr().err == f"{reason}\n"


@given(st.dictionaries(st.integers(0, 2000), st.integers(0, 2**62), min_size=1))
def test_positions_survive_the_wire(position: dict[int, int]) -> None:
    assert parse_position(format_position(position)) == position


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    assert all(offset >= 0 for offset in parse_position(text).values())


def test_a_reader_gets_history_then_news_and_nothing_it_has_seen() -> None:
    async def scenario() -> list[list[int]]:
        feed = Feed()
        feed.append([message(0), message(1)])
        batches = []
        async with aclosing(feed.follow({0: 0})) as reader:
            batches.append([m.offset for m in await anext(reader)])
            feed.append([message(2)])
            batches.append([m.offset for m in await anext(reader)])
        return batches

    assert asyncio.run(scenario()) == [[1], [2]]


def test_a_slow_reader_misses_what_fell_out_but_gets_the_rest_once() -> None:
    async def scenario() -> list[int]:
        feed = Feed(capacity=3)
        async with aclosing(feed.follow({})) as reader:
            await anext(reader)
            feed.append([message(offset) for offset in range(10)])
            return [m.offset for m in await anext(reader)]

    assert asyncio.run(scenario()) == [7, 8, 9]


def test_a_closed_feed_ends_its_readers() -> None:
    async def scenario() -> int:
        feed = Feed()
        feed.close()
        return len([batch async for batch in feed.follow({})])

    assert asyncio.run(scenario()) == 0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"KAFKA_TOPIC": "t"}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b"}, "KAFKA_TOPIC"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "b", "KAFKA_TOPIC": "t", "PORT": "0"}, "PORT is '0'"),
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
