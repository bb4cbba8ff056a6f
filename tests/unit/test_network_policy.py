"""Whom the pods may reach, out of the brokers' addresses."""

import pulumi
import pytest

from components.network_policy import brokers_by_port


def test_every_broker_is_reached_at_its_own_port() -> None:
    servers = "10.10.0.9:9092, 10.10.0.10:9094,10.10.0.11:9092,[fd00::1]:9092,"
    assert brokers_by_port(servers) == {
        9092: ["10.10.0.11/32", "10.10.0.9/32", "fd00::1/128"],
        9094: ["10.10.0.10/32"],
    }


def test_without_brokers_nothing_is_reached() -> None:
    assert brokers_by_port("") == {}


def test_a_broker_by_name_is_refused_with_what_to_do() -> None:
    with pytest.raises(pulumi.RunError, match=r"connect to kafka\.example\.org.*appNetworkPolicy to never"):
        brokers_by_port("kafka.example.org:9092")
