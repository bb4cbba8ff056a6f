"""Whom the pods may reach, out of the brokers' addresses."""

from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.ambari.api.model import STARTED, Broker
from components.ambari.configuration.listeners import parse_listeners
from components.ambari.configuration.servers import told_to_clients
from components.network_policy import brokers_by_port
from tests.unit.recording import Azure
from tests.unit.test_main import configuration, run


class AmbariSays(Azure):
    """What BrokerAddresses finds is `told`."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__({})
        self._told = told

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        id_, outputs = super().new_resource(args)
        return id_, {**outputs, **self._told} if args.typ.endswith(":BrokerAddresses") else outputs


def test_every_broker_is_reached_at_its_own_port() -> None:
    servers = "10.10.0.9:9092, 10.10.0.10:9094,10.10.0.11:9092,[fd00::1]:9092,"
    assert brokers_by_port(servers) == {
        9092: ["10.10.0.11/32", "10.10.0.9/32", "fd00::1/128"],
        9094: ["10.10.0.10/32"],
    }


def test_without_brokers_nothing_is_reached() -> None:
    assert brokers_by_port("") == {}


@pytest.mark.parametrize(
    ("listener", "policy", "stopped"),
    [
        ("kafka.example.org", "always", True),
        ("kafka.example.org", "never", False),
        ("localhost", "always", False),
    ],
    ids=["a name", "without a policy", "localhost in place of the name"],
)
def test_a_broker_by_name_stops_the_program_until_one_of_the_two_ways_out_is_taken(
    listener: str, policy: str, stopped: bool
) -> None:
    listeners = parse_listeners(
        {"listeners": f"PLAINTEXT://{listener}:9092", "advertised.listeners": f"PLAINTEXT://{listener}:9092"}
    )
    azure = AmbariSays(
        told_to_clients(listeners, [Broker("wn0.internal", "10.10.0.9", "/r", STARTED, False)])
    )
    config = {**configuration("local"), "aks-kafka:appNetworkPolicy": policy}
    if stopped:
        with pytest.raises(
            pulumi.RunError, match=r"connect to kafka\.example\.org.*appNetworkPolicy to never"
        ):
            run(config, azure=azure)
    else:
        assert ("network-policy" in run(config, azure=azure).resources) == (policy == "always")
