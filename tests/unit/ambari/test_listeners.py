"""Kafka's rules for listeners, and what becomes of each listener: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.configuration.listeners import (
    DEFAULT_LISTENERS,
    PROTOCOLS,
    bootstrap_servers,
    listeners_in,
    opened,
    parse_listeners,
    restored,
)

ADDRESSES = ["10.10.0.6", "10.10.0.7"]
OWN = {
    "listeners": "BROKERS://localhost:9091,CLIENTS://localhost:9092,SSL://localhost:9093",
    "listener.security.protocol.map": "BROKERS:SSL,CLIENTS:SASL_PLAINTEXT,SSL:SSL",
    "inter.broker.listener.name": "BROKERS",
}


def test_every_listener_is_known_by_name_protocol_host_and_port():
    parsed = parse_listeners(OWN)
    seen = [(item.name, item.protocol, item.host, item.port) for item in parsed.listening]
    assert seen == [
        ("BROKERS", "SSL", "localhost", 9091),
        ("CLIENTS", "SASL_PLAINTEXT", "localhost", 9092),
        ("SSL", "SSL", "localhost", 9093),
    ]
    assert parsed.advertised == parsed.listening
    assert parsed.between_brokers.name == "BROKERS"


@pytest.mark.parametrize(
    ("text", "internal", "wanted"),
    [
        ("PLAINTEXT://localhost:9092", (), "PLAINTEXT://0.0.0.0:9092"),
        (
            "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094",
            (),
            "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094",
        ),
        (
            "PLAINTEXT://localhost:9092, SSL://localhost:9093",
            (),
            "PLAINTEXT://0.0.0.0:9092, SSL://0.0.0.0:9093",
        ),
        (
            "BROKERS://localhost:9091,SSL://localhost:9093",
            ("BROKERS",),
            "BROKERS://localhost:9091,SSL://0.0.0.0:9093",
        ),
        ("PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9093", (), "PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9093"),
        ("PLAINTEXT://10.10.0.6:9092,SSL://:9093", (), "PLAINTEXT://10.10.0.6:9092,SSL://:9093"),
        ("PLAINTEXT://localhost.example.org:9092", (), "PLAINTEXT://localhost.example.org:9092"),
    ],
)
def test_only_localhost_is_opened_and_everything_else_stays(
    text: str, internal: tuple[str, ...], wanted: str
):
    assert opened(text, frozenset(internal)) == wanted


@pytest.mark.parametrize("properties", [{}, {"listeners": ""}, {"listeners": " "}])
def test_listeners_that_are_missing_are_kafkas_default_written_out(properties: dict[str, str]):
    assert listeners_in(properties) == DEFAULT_LISTENERS
    assert [item.port for item in parse_listeners(properties).listening] == [9092]


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({"listeners": "PLAINTEXT://localhost:9092,SSL://localhost:9092"}, "two listeners on port 9092"),
        ({"listeners": "PLAINTEXT://localhost:9092,plaintext://localhost:9093"}, "named PLAINTEXT"),
        ({"listeners": "CLIENTS://localhost:9092"}, "gives CLIENTS no protocol"),
        ({**OWN, "listener.security.protocol.map": "SSL:SSL"}, "gives BROKERS no protocol"),
        ({**OWN, "listener.security.protocol.map": "BROKERS:TLS"}, "with one of PLAINTEXT, SSL, SASL_PLAI"),
        ({**OWN, "inter.broker.listener.name": "OTHERS"}, "OTHERS, and .*map gives that no"),
        ({**OWN, "security.inter.broker.protocol": "SSL"}, "both set, and only one of them may be"),
        ({"listeners": "SSL://localhost:9093"}, "PLAINTEXT .*protocol.*, and advertise SSL only"),
        ({"listeners": "PLAINTEXT://localhost"}, "which is not PROTOCOL://HOST:PORT"),
        ({"listeners": "PLAINTEXT://localhost:0"}, "which is not PROTOCOL://HOST:PORT"),
        ({"listeners": "PLAINTEXT://localhost:65536"}, "which is not PROTOCOL://HOST:PORT"),
        (
            {"listeners": "PLAINTEXT://:9092", "advertised.listeners": "PLAINTEXT://:9092,SSL://:9093"},
            "advertised.listeners has SSL, and listeners has not",
        ),
        (
            {"listeners": "PLAINTEXT://:9092,SSL://:9093", "advertised.listeners": "SSL://:9093"},
            "advertise SSL only",
        ),
    ],
)  # fmt: skip
def test_listeners_that_contradict_each_other_are_told_apart(properties: dict[str, str], why: str):
    with pytest.raises(ConfigurationConflict, match=f"contradict each other: .*{why}.* Nothing was changed"):
        parse_listeners(properties)


@pytest.mark.parametrize(
    ("changes", "internal"),
    [
        ({}, {"BROKERS"}),
        ({"inter.broker.listener.name": "ssl"}, set()),
        ({"listeners": "BROKERS://localhost:9091"}, set()),
        ({"control.plane.listener.name": "SSL"}, {"BROKERS", "SSL"}),
        ({"control.plane.listener.name": "SSL", "listeners": "BROKERS://:9091,SSL://:9093"}, {"SSL"}),
    ],
)
def test_a_listener_of_the_brokers_own_has_a_name_of_its_own_beside_one_for_clients(
    changes: dict[str, str], internal: set[str]
):
    assert parse_listeners({**OWN, **changes}).internal == internal


def test_servers_are_told_for_each_protocol_that_clients_can_use():
    servers = bootstrap_servers(parse_listeners(OWN), ADDRESSES)
    assert servers == {
        "SASL_PLAINTEXT": "10.10.0.6:9092,10.10.0.7:9092",
        "SSL": "10.10.0.6:9093,10.10.0.7:9093",
    }


def test_what_is_advertised_apart_is_what_clients_are_told():
    properties = {
        "listeners": "PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9093,SASL_SSL://0.0.0.0:9094",
        "advertised.listeners": "PLAINTEXT://localhost:19092,SSL://kafka.example.org:443",
    }
    servers = bootstrap_servers(parse_listeners(properties), ADDRESSES)
    assert servers == {"PLAINTEXT": "10.10.0.6:19092,10.10.0.7:19092", "SSL": "kafka.example.org:443"}


def test_a_listener_that_only_the_node_itself_can_reach_is_no_server():
    properties = {"listeners": "PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9093,SASL_SSL://[fd00::6]:9094"}
    assert bootstrap_servers(parse_listeners(properties), ADDRESSES) == {"SASL_SSL": "[fd00::6]:9094"}


names = st.permutations([*PROTOCOLS, "CLIENTS", "BROKERS", "OTHERS"])
hosts = st.sampled_from(["localhost", "0.0.0.0", "", "127.0.0.1", "[::1]", "10.0.0.1", "kafka.example.org"])
listings = st.builds(
    lambda some, where: [f"{name}://{host}:9092" for name, host in zip(some, where, strict=False)],
    names,
    st.lists(hosts, min_size=1, max_size=7),
)
apart = st.sampled_from([",", ", ", " ,"])


@given(listings, apart, st.sets(st.sampled_from(["BROKERS", "OTHERS"])))
def test_taking_back_restores_each_listener_as_it_was(entries: list[str], comma: str, internal: set[str]):
    before = comma.join(entries)
    assert restored(opened(before, frozenset(internal)), before) == before


@given(listings, listings)
def test_taking_back_leaves_what_somebody_has_changed_or_added_since(entries: list[str], later: list[str]):
    before = ",".join(entries)
    now = ",".join(later)
    put_back = {opened(entry): entry for entry in entries}
    expected = [put_back.get(entry, entry) for entry in later]
    assert restored(now, before) == (before if now == DEFAULT_LISTENERS else ",".join(expected))
