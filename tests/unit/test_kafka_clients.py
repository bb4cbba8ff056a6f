"""Ports and protocols of the brokers' listeners, as the program tells of them."""

from typing import Any

import pulumi
import pytest

from components.existing import ExistingKafka, read_existing
from components.kafka_clients import kafka_ports, refuse_kerberos, warn_without_listener
from components.settings import Settings, WrongSettings
from tests.unit.configurations import ALL_EXISTS, encoded
from tests.unit.existing_site import Site
from tests.unit.recording import deploy

ADVERTISING = "pulumi-python:dynamic/kafka:IpAdvertising"
ADDRESSES = "pulumi-python:dynamic/kafka:BrokerAddresses"


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    return said


@pytest.mark.parametrize(
    ("outputs", "ports"),
    [
        (None, [9092]),
        ({"bootstrapServers": "10.10.0.6:9092,10.10.0.7:9092"}, [9092]),
        ({"bootstrapServers": "", "bootstrapServersTls": "10.10.0.6:9093"}, [9093]),
        ({"bootstrapServers": "a:9094", "bootstrapServersSaslTls": "[fd00::6]:9095"}, [9094, 9095]),
        ({"bootstrapServers": ""}, [9092]),
    ],
)
def test_ports_are_those_of_the_listeners_that_the_last_run_saw(
    outputs: dict[str, Any] | None, ports: list[int]
) -> None:
    for of_this_version in (ADDRESSES, ADVERTISING):
        assert list(kafka_ports({of_this_version: outputs} if outputs is not None else {})) == ports


@pytest.mark.parametrize(("servers", "warnings"), [("", 1), ("10.10.0.6:9092", 0)])
def test_a_preview_says_that_there_is_no_listener_of_the_application_s_protocol(
    warned: list[str], servers: str, warnings: int
) -> None:
    deploy(lambda: warn_without_listener(pulumi.Output.from_input(servers), "PLAINTEXT"), preview=True)
    assert len(warned) == warnings
    assert all("bootstrapServersTls (SSL)" in said for said in warned)


def existing_kafka(tier: str) -> ExistingKafka:
    site = Site()
    site.kafka["tier"] = tier
    values = {name.removeprefix("aks-kafka:"): value for name, value in encoded(ALL_EXISTS).items()}
    settings = Settings.parse(values, {"ambariPassword"}, stack="dev")
    found: list[ExistingKafka | None] = []
    deploy(lambda: found.append(read_existing(settings).kafka), answers=site.answers())
    assert found[0] is not None
    return found[0]


def test_a_cluster_of_the_tier_premium_is_refused_at_preview(warned: list[str]) -> None:
    with pytest.raises(WrongSettings, match=r"kafka\.existing.*\n.*Kerberos.*tickets are made out to names"):
        refuse_kerberos(existing_kafka("Premium"), {})
    refuse_kerberos(existing_kafka("STANDARD"), {})
    assert warned == []


def test_a_stack_that_runs_on_such_a_cluster_already_is_only_warned(warned: list[str]) -> None:
    refuse_kerberos(existing_kafka("premium"), {ADVERTISING: {}})
    assert ["Kerberos" in said for said in warned] == [True]
