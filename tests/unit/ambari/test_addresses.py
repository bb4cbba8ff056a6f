"""The provider of the brokers' addresses: check, diff, names, and what is pickled into the state."""

import base64

import dill
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.ambari.addresses import BrokerAddresses, BrokerAddressesProvider

INPUTS = {
    "ambariUrl": "https://mykafka.azurehdinsight.net:443",
    "clusterName": "mykafka",
    "user": "admin",
    "passwordConfigKey": "aks-kafka:ambariPassword",
    "workers": 3,
}
SEEN = {
    "brokers": [{"host": "wn0-mykafka", "ip": "10.0.0.11", "rack": "/default-rack"}],
    "bootstrapServers": "10.0.0.11:9092",
    "bootstrapServersTls": "",
    "bootstrapServersSasl": "",
    "bootstrapServersSaslTls": "",
}
provider = BrokerAddressesProvider()


def test_the_import_path_and_the_type_are_part_of_every_stacks_state() -> None:
    pickled = dill.loads(base64.b64decode(serialize_provider(BrokerAddressesProvider())))
    assert type(pickled) is BrokerAddressesProvider
    assert BrokerAddressesProvider.__module__ == "components.ambari.addresses"
    assert len(serialize_provider(BrokerAddressesProvider())) < 120
    assert BrokerAddresses._resource_type_name == "dynamic/kafka:BrokerAddresses"


@pytest.mark.parametrize(
    "change", [{}, {"user": "another"}, {"ambariUrl": "https://elsewhere"}, {"workers": 4}]
)
def test_it_asks_anew_when_it_is_told_something_else(change: dict[str, object]) -> None:
    checked = provider.check(INPUTS, {**INPUTS, **change, "bootstrapServers": None})
    assert (checked.inputs, checked.failures) == ({**INPUTS, **change}, [])
    changed = provider.diff("id", {**INPUTS, **SEEN}, checked.inputs)
    assert (changed.changes, changed.replaces) == (bool(change), [])


def test_another_cluster_is_another_resource() -> None:
    assert provider.diff("id", {**INPUTS, **SEEN}, {**INPUTS, "clusterName": "another"}).replaces == [
        "clusterName"
    ]


def test_a_name_in_another_case_is_the_same_cluster() -> None:
    spelled = provider.diff("id", {**INPUTS, **SEEN}, {**INPUTS, "clusterName": "MyKafka"})
    assert (spelled.changes, spelled.replaces) == (True, [])


@pytest.mark.parametrize(
    ("name", "value"), [("ambariUrl", "http://mykafka"), ("clusterName", ""), ("user", "")]
)
def test_each_mistake_is_named(name: str, value: str) -> None:
    [failure] = provider.check({}, {**INPUTS, name: value}).failures
    assert failure.property == name


def test_python_names_and_wire_names_belong_together() -> None:
    resource = BrokerAddresses.__new__(BrokerAddresses)
    assert resource.translate_output_property("bootstrapServersSaslTls") == "bootstrap_servers_sasl_tls"
    assert resource.translate_input_property("bootstrap_servers") == "bootstrapServers"
