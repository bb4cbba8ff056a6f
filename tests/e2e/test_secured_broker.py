"""The app, its topics and its check over TLS and SASL, with a real broker; what is said where they fail."""

import os
import runpy
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, Message, Producer
from confluent_kafka.admin import AclOperation
from replica import Replica
from testapp.__main__ import main
from testapp.configuration.settings import ViewSettings
from testapp.view.asking import Kafka
from testapp.view.observation import Unknown
from testapp.view.snapshot import snapshot

from tests.e2e.environment import CHECKOUT, eventually
from tests.e2e.secured_broker import PASSWORD, USER, SecuredBroker, secured_broker
from tests.troubleshooting import is_documented

TOPICS = '[{"name": "words", "partitions": 2, "replicationFactor": 1}]'
SCRAM = {"KAFKA_SASL_MECHANISM": "SCRAM-SHA-512", "KAFKA_USER": USER, "KAFKA_PASSWORD": PASSWORD}
FOR_CONSUMERS = ("group.id", "auto.offset.reset")
WAYS = {
    "TLS": {"KAFKA_PROTOCOL": "SSL"},
    "PLAIN": SCRAM | {"KAFKA_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SASL_MECHANISM": "PLAIN"},
    "SCRAM-SHA-256": SCRAM | {"KAFKA_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256"},
    "SCRAM-SHA-512 over TLS": SCRAM | {"KAFKA_PROTOCOL": "SASL_SSL"},
    "PLAIN over TLS": SCRAM | {"KAFKA_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "PLAIN"},
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    with secured_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is on this machine, which would be wrong for others."""
    monkeypatch.setattr("testapp.check.judgement._is_own", lambda address: False)
    monkeypatch.setattr("testapp.__main__.PATIENCE_SECONDS", 0)


def environment(broker: SecuredBroker, way: Mapping[str, str]) -> dict[str, str]:
    tls = {"KAFKA_CA": broker.authority} if way["KAFKA_PROTOCOL"].endswith("SSL") else {}
    servers = {"KAFKA_BOOTSTRAP_SERVERS": broker.servers[way["KAFKA_PROTOCOL"]]}
    return {**servers, **tls, "KAFKA_TOPIC": "words", "KAFKA_TOPICS": TOPICS, **way}


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_topics_check_and_page_go_every_way(
    broker: SecuredBroker, way: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = environment(broker, way)
    set_all(monkeypatch, variables)
    assert main(["create-topics"]) == 0
    assert main(["check"]) == 0
    servers = variables.pop("KAFKA_BOOTSTRAP_SERVERS")
    with Replica(servers, **variables) as page:
        text = f"by {way}"
        assert httpx.post(f"{page.url}/messages", content="x" + text.replace(PASSWORD, "")).status_code == 201
        assert httpx.get(f"{page.url}/cluster").json()["trouble"] is None


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_consumer_example_goes_every_way(
    broker: SecuredBroker, way: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = environment(broker, way)
    set_all(monkeypatch, variables)
    assert main(["create-topics"]) == 0
    settings = consumer_settings(variables)
    text = f"by {uuid.uuid4()}".encode()
    producer = Producer({name: value for name, value in settings.items() if name not in FOR_CONSUMERS})
    producer.produce("words", text)
    assert producer.flush(30) == 0
    consumer = Consumer({**settings, "group.id": str(uuid.uuid4())})
    try:
        consumer.subscribe(["words"])
        eventually(lambda: value_of(consumer.poll(1)) == text, "the message arrives")
    finally:
        consumer.close()


def consumer_settings(variables: Mapping[str, str]) -> dict[str, str | int]:
    """Those of the example's client in an environment."""
    client = runpy.run_path(str(CHECKOUT / "examples" / "consumer" / "client" / "consume.py"))
    return client["settings"](variables)


def value_of(message: Message | None) -> bytes | None:
    return message.value() if message and not message.error() else None


def test_secrets_may_come_in_files(
    broker: SecuredBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = environment(broker, WAYS["SCRAM-SHA-512 over TLS"])
    for name in ("KAFKA_CA", "KAFKA_PASSWORD"):
        file = tmp_path / name
        file.write_text(f"{variables.pop(name)}\n")
        variables[f"{name}_FILE"] = str(file)
    set_all(monkeypatch, variables)
    monkeypatch.delenv("KAFKA_PASSWORD", raising=False)
    assert main(["create-topics"]) == 0
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("way", "changed", "said"),
    [
        ("TLS", {"KAFKA_PROTOCOL": "PLAINTEXT", "KAFKA_CA": ""}, "TLS or SASL for instance"),
        ("TLS", {"KAFKA_BOOTSTRAP_SERVERS": "by name"}, "does not hold the address"),
        ("TLS", {"KAFKA_CA": ""}, "not signed by the authority"),
        ("SCRAM-SHA-256", {"KAFKA_PASSWORD": "wrong"}, "refuses the user, the password"),
        ("PLAIN over TLS", {"KAFKA_USER": "nobody"}, "refuses the user, the password"),
    ],
)
@pytest.mark.parametrize("command", ["check", "create-topics"])
def test_what_keeps_a_client_out_is_named_and_no_secret_is(
    broker: SecuredBroker,
    command: str,
    way: str,
    changed: Mapping[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    variables = {**environment(broker, WAYS[way]), **changed}
    if variables["KAFKA_BOOTSTRAP_SERVERS"] == "by name":
        variables["KAFKA_BOOTSTRAP_SERVERS"] = broker.by_name
    set_all(monkeypatch, variables)
    assert main([command]) == 12
    output = "".join(capfd.readouterr())
    assert said in output
    assert is_documented(output)
    assert os.environ.get("KAFKA_PASSWORD", PASSWORD) not in output


@pytest.mark.parametrize(
    ("way", "changed", "said"),
    [
        ("SCRAM-SHA-512 over TLS", {}, "AclAuthorizer and does not say that User:anna may see everything"),
        ("TLS", {"KAFKA_BOOTSTRAP_SERVERS": "by name"}, "certificate verify failed"),
        ("PLAIN", {"KAFKA_PASSWORD": "wrong"}, "Authentication failed"),
    ],
)
def test_the_view_is_unknown_where_topics_may_be_hidden_and_where_a_client_is_kept_out(
    broker: SecuredBroker, way: str, changed: Mapping[str, str], said: str
) -> None:
    variables = {**environment(broker, WAYS[way]), **changed}
    if variables["KAFKA_BOOTSTRAP_SERVERS"] == "by name":
        variables["KAFKA_BOOTSTRAP_SERVERS"] = broker.by_name
    settings = ViewSettings.from_environment(variables)
    kafka = Kafka(settings.bootstrap_servers, settings.security)
    with pytest.raises(Unknown) as unknown:
        snapshot(kafka.observe(), settings.security.user, {})
    assert said in str(unknown.value)
    assert variables.get("KAFKA_PASSWORD", PASSWORD) not in str(unknown.value)


def test_rights_that_are_missing_are_named_and_given_as_advised(
    broker: SecuredBroker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    topics = '[{"name": "guarded", "partitions": 1, "replicationFactor": 1}]'
    way = WAYS["SCRAM-SHA-512 over TLS"]
    set_all(monkeypatch, {**environment(broker, way), "KAFKA_TOPIC": "guarded", "KAFKA_TOPICS": topics})
    assert main(["create-topics"]) == 0

    def found(status: int, said: str) -> bool:
        ended = main(["check"])
        output = capsys.readouterr().out
        return ended == status and said in output and (status == 0 or is_documented(output))

    broker.allow("ben", "guarded", AclOperation.WRITE)
    broker.allow(USER, "guarded", AclOperation.DESCRIBE)
    eventually(lambda: found(15, "don't let this client write"), "writing is refused")
    broker.allow(USER, "guarded", AclOperation.WRITE)
    eventually(lambda: found(16, "don't let this client read"), "reading is refused")
    broker.allow(USER, "guarded", AclOperation.READ)
    eventually(lambda: found(0, "round trip"), "all is well")
