"""Our block under a real bash, with whatever a broker's server.properties may hold, against Kafka's rules."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from components.ambari.configuration.kafka_env import with_block
from components.ambari.configuration.listeners import TLS, Listener, Listeners, opened, parse_listeners
from tests.simulated.ambari import java_properties
from tests.simulated.ambari.brokers_files import ADDRESS, NAME, BrokersFile, brokers_files
from tests.unit.ambari.test_block_under_bash import Node, node

__all__ = ["node"]

SASL_BESIDE_PLAIN = "listeners=SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094\n"
NAMED = (
    "listeners=INTERNAL://wn0-mykafk.example.internal:9091,PLAINTEXT://0.0.0.0:9092\n"
    "listener.security.protocol.map=INTERNAL:SASL_SSL,PLAINTEXT:PLAINTEXT\n"
    "inter.broker.listener.name=INTERNAL\n"
)


def advertised(node: Node, text: str) -> str:
    node.properties.write_text(text)
    result = node.source()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    return java_properties.load(node.properties.read_text())["advertised.listeners"]


def test_a_listener_with_a_password_stays_beside_a_plain_one_on_another_port(node: Node):
    assert advertised(node, SASL_BESIDE_PLAIN) == (
        "SASL_PLAINTEXT://10.10.0.6:9092,PLAINTEXT://10.10.0.6:9094"
    )


def test_a_listener_that_brokers_have_by_name_goes_on_advertising_the_node_s_name(node: Node):
    expected = "INTERNAL://wn0-mykafk.example.internal:9091,PLAINTEXT://10.10.0.6:9092"
    assert advertised(node, NAMED) == expected
    everywhere = NAMED.replace("//wn0-mykafk.example.internal", "//0.0.0.0")
    assert advertised(node, everywhere) == expected


def test_tls_between_brokers_goes_on_by_name_until_its_listener_is_opened(node: Node):
    guide = "listeners=PLAINTEXT://0.0.0.0:9092,SSL://HOST:9093\nsecurity.inter.broker.protocol=SSL\n"
    name = "wn0-mykafk.example.internal"
    assert advertised(node, guide.replace("HOST", name)) == (f"PLAINTEXT://10.10.0.6:9092,SSL://{name}:9093")
    assert advertised(node, guide.replace("HOST", "0.0.0.0")) == (
        "PLAINTEXT://10.10.0.6:9092,SSL://10.10.0.6:9093"
    )


@pytest.mark.parametrize("useless", ["", "localhost", "localhost.localdomain"])
def test_a_node_that_does_not_know_its_name_advertises_its_address_instead(node: Node, useless: str):
    node.addresses("10.10.0.6", name=useless)
    everywhere = NAMED.replace("//wn0-mykafk.example.internal", "//0.0.0.0")
    assert advertised(node, everywhere) == "INTERNAL://10.10.0.6:9091,PLAINTEXT://10.10.0.6:9092"


def kept_by_name(listener: Listener, listeners: Listeners) -> bool:
    """TLS between brokers, on an interface that somebody chose, or on that of the node's name."""
    listening = next(one for one in listeners.listening if one.name == listener.name)
    between = listener.name == listeners.between_brokers.name
    return between and listener.protocol in TLS and not listening.of_the_node


def expected_host(listener: Listener, listeners: Listeners) -> str:
    """What clients or brokers are to connect to, given the file as Ambari has rendered it."""
    if listener.name in listeners.internal or kept_by_name(listener, listeners):
        return NAME if listener.of_the_node else listener.host
    return ADDRESS if listener.of_the_node or listener.host == NAME else listener.host


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=brokers_files(), options=st.sampled_from(["", "-eu", "-f", "-euo pipefail"]))
@example(file=BrokersFile({}, ""), options="")
@example(file=BrokersFile({}, SASL_BESIDE_PLAIN), options="")
@example(file=BrokersFile({}, NAMED), options="")
def test_every_listener_is_advertised_where_it_can_be_reached_and_all_else_stays(
    node: Node, file: BrokersFile, options: str
):
    node.properties.write_text(file.text, newline="")
    before = java_properties.load(file.text)
    result = node.source(with_block("export SOMETHING=1\n"), options)
    assert (result.returncode, result.stderr) == (0, "")
    after_text = node.properties.read_bytes().decode()
    after = java_properties.load(after_text)
    assert {**after, "advertised.listeners": ""} == {**before, "advertised.listeners": ""}

    rendered, now = parse_listeners(before), parse_listeners(after)
    assert [(item.name, item.protocol, item.port) for item in now.advertised] == [
        (item.name, item.protocol, item.port) for item in rendered.advertised
    ]
    assert [item.host for item in now.advertised] == [
        expected_host(item, rendered) for item in rendered.advertised
    ]
    # Kafka refuses to advertise what stands for all interfaces.
    assert not any(item.of_the_node for item in now.advertised)

    node.source(with_block("export SOMETHING=1\n"), options)
    assert node.properties.read_bytes().decode() == after_text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=brokers_files())
def test_what_is_saved_and_what_the_block_makes_of_it_agree_on_every_listener(node: Node, file: BrokersFile):
    """The value that Ambari gets is rendered by its agent, and the block makes the rest of it."""
    parsed = parse_listeners(file.properties)
    saved = opened(file.properties["listeners"], parsed.internal)
    properties = {**file.properties, "listeners": saved}
    text = "".join(f"{key}={value.replace('localhost', NAME)}\n" for key, value in properties.items())
    told = parse_listeners({**properties, "advertised.listeners": advertised(node, text)})
    for item in told.advertised:
        was = next(one for one in parsed.advertised if one.name == item.name)
        by_name = item.name in parsed.internal or kept_by_name(was, parsed)
        of_the_node = NAME if by_name else ADDRESS
        assert item.host == (of_the_node if was.of_the_node else was.host)
        assert (item.protocol, item.port) == (was.protocol, was.port)
