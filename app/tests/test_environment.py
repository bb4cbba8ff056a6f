"""What is wrong in the environment is said at once, all of it, without a traceback."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replica import APP, free_ports
from testapp.configuration.declared_topics import Topic, parse_topics
from testapp.configuration.environment import SettingsError, parse_topic
from testapp.configuration.hosts import host_of, parse_host_names, parse_servers
from testapp.configuration.settings import CheckSettings, ServeSettings, TopicSettings

RIGHT = {"KAFKA_BOOTSTRAP_SERVERS": "10.10.0.5:9092", "KAFKA_TOPIC": "words"}
TOPIC = {"name": "words", "partitions": 3, "replicationFactor": 2}
# What can stand in a variable: everything but NUL, and bytes that are no UTF-8 as Python shows them.
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(
    "\udc80\udcffa:,"
)


def lines(error: SettingsError) -> list[str]:
    return str(error).split("\n")


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        ServeSettings.from_environment(
            {
                "KAFKA_BOOTSTRAP_SERVERS": "http://broker:9092",
                "PORT": "0",
                "HEALTH_PORT": "x",
                "APP_HOSTS": "a b",
                "ACCESS_TOKEN": "pass word",
                "OPEN_TO_THE_WORLD": "yes",
                "HISTORY": "-1",
            }
        )
    named = [line.split()[0] for line in lines(refused.value)]
    assert named == [
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_TOPIC",
        "PORT",
        "HEALTH_PORT",
        "APP_HOSTS",
        "ACCESS_TOKEN",
        "OPEN_TO_THE_WORLD",
        "HISTORY",
    ]
    assert "pass word" not in str(refused.value)


@pytest.mark.parametrize(
    ("given_servers", "taken"),
    [
        ("10.10.0.5:9092", "10.10.0.5:9092"),
        (" a:1 , b.example.org:65535 ", "a:1,b.example.org:65535"),
        ("broker", "broker:9092"),
        ("[fd00::5]:9093,wn0-kafka", "[fd00::5]:9093,wn0-kafka:9092"),
    ],
)
def test_brokers_are_host_and_port(given_servers: str, taken: str) -> None:
    assert parse_servers(given_servers) == taken


@pytest.mark.parametrize(
    ("servers", "wrong"),
    [
        (",", "an empty part, an empty part"),
        ("a:9092,", "an empty part"),
        ("http://a:9092", "'http://a:9092'"),
        ("PLAINTEXT://a:9092", "'PLAINTEXT://a:9092'"),
        ("a:99999,b:0,c:x,d:9092", "'a:99999', 'b:0', 'c:x'"),
        ("a;b", "'a;b'"),
        ("a b:9092", "'a b:9092'"),
        ("fd00::5", "'fd00::5'"),
        ("[10.0.0.1]:9092", "'[10.0.0.1]:9092'"),
        ("10.0.0.256:9092", "'10.0.0.256:9092'"),
        ("-a:9092", "'-a:9092'"),
        ("a:٣", "'a:٣'"),
        ("user@a:9092", "'user@a:9092'"),
        ("a:9092/path", "'a:9092/path'"),
    ],
)
def test_brokers_that_are_none_are_named(servers: str, wrong: str) -> None:
    with pytest.raises(SettingsError) as refused:
        CheckSettings.from_environment(RIGHT | {"KAFKA_BOOTSTRAP_SERVERS": servers})
    assert str(refused.value).endswith(f"host:port, separated by commas, and has {wrong}")


@pytest.mark.parametrize("topic", ["a/b", ".", "..", "a b", "ü", "a" * 250, "a,b", "a\n"])
def test_a_topic_has_a_name_of_kafka(topic: str) -> None:
    with pytest.raises(ValueError, match="letters, digits, dots"):
        parse_topic(topic)


def test_a_node_of_hdinsight_may_have_a_name_with_a_hyphen_at_the_end() -> None:
    node = "wn0-local-.abcdef0123456789.ax.internal.cloudapp.net:9092"
    assert parse_servers(node) == node


def test_probes_have_another_port() -> None:
    with pytest.raises(SettingsError, match="HEALTH_PORT is 8081, which PORT is too"):
        ServeSettings.from_environment(RIGHT | {"PORT": "8081"})


def test_names_of_the_app_are_names() -> None:
    hosts = ServeSettings.from_environment(RIGHT | {"APP_HOSTS": "Kafka.example.org., b"}).app_hosts
    assert hosts == {"kafka.example.org", "b"}
    with pytest.raises(SettingsError, match=r"has 'a:80', '10.0.0.1', 'http://b'"):
        ServeSettings.from_environment(RIGHT | {"APP_HOSTS": "a:80,10.0.0.1,http://b,c"})


def test_numbers_and_booleans_of_a_configuration_are_as_kafka_has_them() -> None:
    config = {"a": 1, "b": True, "c": 0.5, "d": "x"}
    assert parse_topics(json.dumps([TOPIC | {"config": config}])) == (
        Topic("words", 3, 2, {"a": "1", "b": "true", "c": "0.5", "d": "x"}),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("null", "a JSON list"),
        ("[null]", "entry 1 must be an object"),
        ("[[]]", "entry 1 must be an object"),
        ("Infinity", "Infinity is no number of JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("9" * 5000, "JSON list"),
        (json.dumps([TOPIC, TOPIC | {"partitions": 9}]), "topic words is declared twice"),
        (json.dumps([TOPIC | {"partitions": None}]), "entry 1: partitions must be a whole number"),
        (json.dumps([TOPIC | {"partitions": True}]), "entry 1: partitions must be a whole number"),
        (json.dumps([TOPIC | {"partitions": "3"}]), "entry 1: partitions must be a whole number"),
        (json.dumps([TOPIC | {"partitions": 1.5}]), "entry 1: partitions must be a whole number"),
        (json.dumps([TOPIC | {"partitions": 10**30}]), "entry 1: partitions must be a whole number"),
        ('[{"name": "a", "partitions": 1e999, "replicationFactor": 1}]', "partitions must be a whole number"),
        (json.dumps([TOPIC | {"replicationFactor": 0}]), "entry 1: replicationFactor must be a whole number"),
        (json.dumps([TOPIC | {"name": ["words"]}]), "entry 1: name must be a string"),
        (json.dumps([TOPIC, TOPIC | {"name": "a/b"}]), "entry 2 is named 'a/b'"),
        (json.dumps([TOPIC | {"name": "\ud800"}]), r"entry 1 is named '\\ud800'"),
        (json.dumps([TOPIC | {"partitons": 3}]), "entry 1 has 'partitons'"),
        (json.dumps([TOPIC | {"config": None}]), "entry 1: config must be an object"),
        (json.dumps([TOPIC | {"config": {"a": None}}]), "config's a must be"),
        (json.dumps([TOPIC | {"config": {"a": ["s3cret"]}}]), "config's a must be"),
        (json.dumps([TOPIC | {"config": {"a": "s3cret\0"}}]), "config's a must be"),
        (json.dumps([TOPIC | {"config": {"a": float("nan")}}]), "NaN is no number of JSON"),
        (json.dumps([TOPIC | {"config": {"a=b": "1"}}]), "config has 'a=b'"),
    ],
)
def test_topics_that_are_none_are_explained(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=f"^KAFKA_TOPICS: .*{reason}") as refused:
        TopicSettings.from_environment(RIGHT | {"KAFKA_TOPICS": text})
    assert "s3cret" not in str(refused.value)
    assert len(str(refused.value)) < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*TOPIC, "config"]) | st.text(), inner),
)


@given(JSON.map(json.dumps) | st.text() | st.lists(st.just(TOPIC) | JSON).map(json.dumps))
def test_whatever_is_declared_is_taken_or_refused(text: str) -> None:
    try:
        topics = parse_topics(text)
    except ValueError:
        return
    for topic in topics:
        assert parse_topic(topic.name) == topic.name
        assert min(topic.partitions, topic.replication_factor) >= 1
        assert all(value.encode() is not None for value in topic.config.values())


@given(st.dictionaries(st.sampled_from([*ServeSettings.__dataclass_fields__]), VALUES), VALUES, VALUES)
def test_whatever_the_environment_holds_it_is_taken_or_explained_a_line_each(
    values: dict[str, str], servers: str, topic: str
) -> None:
    environment = {name.upper(): value for name, value in values.items()}
    environment |= {"KAFKA_BOOTSTRAP_SERVERS": servers, "KAFKA_TOPIC": topic}
    said: list[str] = []
    try:
        settings = ServeSettings.from_environment(environment)
    except SettingsError as error:
        # No encoding has halves of characters.
        said = [line.encode().decode() for line in lines(error)]
    else:
        assert settings.port != settings.health_port
        assert parse_servers(settings.bootstrap_servers) == settings.bootstrap_servers
    assert all(line.split()[0] in environment for line in said)


@given(st.text() | st.from_regex(r"[\[\]a-z0-9.:@/-]{0,40}", fullmatch=True))
def test_a_host_is_recognized_or_refused(text: str) -> None:
    try:
        host = host_of(text)
    except ValueError:
        return
    assert host == host.lower()
    assert not set(host) & set("@/[] ")


@given(st.text())
def test_names_are_recognized_or_refused(text: str) -> None:
    try:
        names = parse_host_names(text)
    except ValueError:
        return
    assert all(host_of(name) == name for name in names)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        (["serve"], {"KAFKA_BOOTSTRAP_SERVERS": ",", "KAFKA_TOPIC": "a/b"}),
        (["check"], {"KAFKA_BOOTSTRAP_SERVERS": "a;b", "KAFKA_TOPIC": ""}),
        (["create-topics"], {"KAFKA_BOOTSTRAP_SERVERS": "a:99999", "KAFKA_TOPICS": "[" * 100_000}),
    ],
)
def test_every_command_says_all_that_is_wrong_and_ends(
    command: list[str], environment: dict[str, str]
) -> None:
    ended = run(command, environment)
    assert ended.returncode == 2
    said = ended.stderr.splitlines()
    assert [line.split()[0].strip(":") for line in sorted(said)] == sorted(environment)


def test_ports_that_are_taken_are_named(taken: int) -> None:
    [free] = free_ports(1)
    ended = run(["serve"], RIGHT | {"PORT": str(taken), "HEALTH_PORT": str(free)})
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"PORT is {taken}, where nothing can listen: Address already in use\n"
    ended = run(["serve"], RIGHT | {"PORT": str(free), "HEALTH_PORT": str(taken)})
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"HEALTH_PORT is {taken}, where nothing can listen: Address already in use\n"


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "testapp", *command],
        env=environment,
        cwd=APP,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
