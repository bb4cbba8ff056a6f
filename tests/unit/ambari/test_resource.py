"""The provider's pure half: check, diff, names, and what is pickled into the state."""

import base64

import dill
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown

from components.ambari.api.connection import Connection
from components.ambari.api.errors import SignInRefused
from components.ambari.configuration.kafka_env import BLOCK
from components.ambari.resource import IpAdvertising, IpAdvertisingProvider
from components.ambari.state import INPUTS as INPUTS_AFTER_A_REFRESH
from tests.unit.ambari.test_situation import EARLIER

INPUTS = {
    "ambariUrl": "https://mykafka.azurehdinsight.net:443",
    "clusterName": "mykafka",
    "user": "admin",
    "passwordConfigKey": "aks-kafka:ambariPassword",
    "restart": "rolling",
    "unit": "broker",
    "batch": 1,
    "strict": False,
    "keepOnDelete": False,
    "settleSeconds": 60,
    "workers": 3,
}
VIEW = {"kubeconfig": "k", "viewNamespace": "app", "viewName": "kafka-view"}
provider = IpAdvertisingProvider()


def checked(**changes: object) -> dict[str, object]:
    return provider.check({}, {**INPUTS, **changes, "__provider": "x", "brokers": None}).inputs


def failures(**changes: object) -> dict[str, str]:
    return {
        failure.property: failure.reason for failure in provider.check({}, {**INPUTS, **changes}).failures
    }


def test_the_import_path_and_the_type_are_part_of_every_stacks_state():
    pickled = dill.loads(base64.b64decode(serialize_provider(IpAdvertisingProvider())))
    assert type(pickled) is IpAdvertisingProvider
    assert IpAdvertisingProvider.__module__ == "components.ambari.resource"
    assert len(serialize_provider(IpAdvertisingProvider())) < 100
    assert IpAdvertising._resource_type_name == "dynamic/kafka:IpAdvertising"


def test_good_inputs_pass_and_carry_the_desired_state():
    assert failures() == {}
    inputs = checked()
    assert inputs == {
        **INPUTS,
        "kafkaEnvBlock": BLOCK,
        "staleBrokers": [],
        "interrupted": "",
        "listeners": "",
        "listenersWanted": "",
        "plan": [],
        "refused": "",
        "order": [],
        "unavailable": [],
        "underReplicated": [],
        "advertised": {},
        "advertisedWanted": {},
        "effect": "brokers that do not advertise their address yet restart, one at a time",
    }


def test_one_made_again_lacks_nothing_that_a_refresh_has_added():
    assert set(INPUTS_AFTER_A_REFRESH) <= set(checked(**VIEW))


def test_the_view_s_place_is_kept_and_makes_no_difference():
    seen = {**checked(**VIEW), "brokers": []}
    assert {name: seen[name] for name in VIEW} == VIEW
    other = {"kubeconfig": "renewed", "viewNamespace": "another", "viewName": "other"}
    assert not provider.diff("id", seen, provider.check(seen, {**INPUTS, **other}).inputs).changes
    assert not provider.diff("id", seen, provider.check(seen, INPUTS).inputs).changes


def test_what_brokers_advertise_otherwise_is_a_difference_with_both_values():
    seen = {
        **checked(),
        "advertised": {"wn0-x PLAINTEXT": "wn0-x:9092"},
        "advertisedWanted": {"wn0-x PLAINTEXT": "10.0.0.11:9092"},
    }
    news = provider.check(seen, INPUTS).inputs
    assert news["advertised"] == {"wn0-x PLAINTEXT": "10.0.0.11:9092"}
    assert provider.diff("id", seen, news).changes
    repaired = {**seen, "advertised": {}, "advertisedWanted": {}}
    assert not provider.diff("id", repaired, provider.check(news, INPUTS).inputs).changes


def test_what_was_seen_of_the_listeners_is_opened():
    seen = {"listeners": "SASL_PLAINTEXT://localhost:9092,PLAINTEXT://localhost:9094"}
    opened = "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094"
    assert provider.check(seen, INPUTS).inputs["listeners"] == opened
    brokers_own = {"listeners": "B://localhost:9091", "listenersWanted": "B://localhost:9091"}
    assert provider.check(brokers_own, INPUTS).inputs["listeners"] == "B://localhost:9091"


def test_what_the_last_refresh_found_impossible_is_a_mistake_at_preview():
    failures = provider.check({"refused": "two listeners on port 9092."}, INPUTS).failures
    assert [failure.property for failure in failures] == ["listeners"]
    assert failures[0].reason.startswith("two listeners on port 9092. ")
    assert "run with --refresh" in failures[0].reason
    assert provider.check({"refused": ""}, INPUTS).failures == []


OF_VERSION_0_1 = {
    **{name: value for name, value in INPUTS.items() if name != "batch"},
    "listeners": "PLAINTEXT://0.0.0.0:9092",
    "kafkaEnvBlock": EARLIER,
    "staleBrokers": [],
    "interrupted": "",
}


def test_a_state_of_an_earlier_version_shows_no_difference():
    checked = provider.check(OF_VERSION_0_1, INPUTS)
    assert (checked.inputs, checked.failures) == ({**OF_VERSION_0_1, "batch": 1}, [])
    outputs = {**OF_VERSION_0_1, "brokers": [], "pasted": "", "plan": [], "configVersion": 2}
    result = provider.diff("id", outputs, checked.inputs)
    assert (result.changes, result.replaces) == (False, [])


def test_an_earlier_block_that_has_been_replaced_shows_no_difference_either():
    outputs = {**OF_VERSION_0_1, "kafkaEnvBlock": BLOCK}
    assert not provider.diff("id", outputs, provider.check(OF_VERSION_0_1, INPUTS).inputs).changes


def test_values_unknown_in_a_preview_pass():
    unknown = {name: Unknown() for name in ("ambariUrl", "clusterName", "user", "settleSeconds")}
    assert failures(**unknown) == {}
    assert checked(**unknown)["ambariUrl"] is unknown["ambariUrl"]
    assert provider.diff("id", checked(), checked(**unknown)).changes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ambariUrl", "http://mykafka.azurehdinsight.net"),
        ("ambariUrl", "mykafka.azurehdinsight.net"),
        ("ambariUrl", "https://admin:secret@mykafka.azurehdinsight.net"),
        ("ambariUrl", "https://mykafka.azurehdinsight.net/api/v1"),
        ("clusterName", ""),
        ("user", ""),
        ("passwordConfigKey", ""),
        ("restart", "now"),
        ("unit", "room"),
        ("settleSeconds", -1),
        ("batch", 0),
    ],
)
def test_each_mistake_is_named(name: str, value: object):
    reasons = failures(**{name: value})
    assert list(reasons) == [name]
    assert "secret" not in reasons[name]


def test_all_mistakes_are_reported_at_once():
    assert set(failures(user="", unit="room", ambariUrl="x")) == {"user", "unit", "ambariUrl"}


def test_the_same_is_no_difference():
    outputs = {
        **checked(),
        "listeners": "PLAINTEXT://0.0.0.0:9092",
        "listenersWanted": "PLAINTEXT://0.0.0.0:9092",
        "brokers": [],
        "configVersion": 3,
        "plan": [],
        "listenersBefore": "x",
        "__provider": 1,
    }
    result = provider.diff("id", outputs, checked())
    assert (result.changes, result.replaces) == (False, [])


@pytest.mark.parametrize(
    "drift",
    [
        {"listeners": "PLAINTEXT://localhost:9092"},
        {"kafkaEnvBlock": ""},
        {"kafkaEnvBlock": f"{EARLIER}\n# and it was written by an earlier version"},
        {"listeners": "", "listenersWanted": "PLAINTEXT://0.0.0.0:9092"},
        {"listeners": "B://localhost:9091", "listenersWanted": "B://0.0.0.0:9091"},
        {"staleBrokers": ["wn1"]},
        {"interrupted": "the run of yesterday has not ended"},
    ],
)
def test_each_drift_is_a_difference(drift: dict[str, object]):
    assert provider.diff("id", {**checked(), **drift}, checked()).changes


def test_another_cluster_is_another_resource_and_another_address_is_not():
    result = provider.diff("id", checked(), checked(clusterName="other", ambariUrl="https://other"))
    assert set(result.replaces or []) == {"clusterName", "ambariUrl"}
    moved = provider.diff("id", checked(), checked(ambariUrl="https://elsewhere"))
    assert (moved.changes, moved.replaces) == (True, [])


def test_a_name_in_another_case_is_the_same_cluster():
    spelled = provider.diff("id", checked(), checked(clusterName="MyKafka", ambariUrl="https://elsewhere"))
    assert (spelled.changes, spelled.replaces) == (True, [])


def test_python_names_and_wire_names_belong_together():
    resource = IpAdvertising.__new__(IpAdvertising)
    for wire, python in [
        ("bootstrapServers", "bootstrap_servers"),
        ("bootstrapServersSaslTls", "bootstrap_servers_sasl_tls"),
        ("kafkaEnvBlock", "kafka_env_block"),
    ]:
        assert resource.translate_output_property(wire) == python
        assert resource.translate_input_property(python) == wire
    assert resource.translate_input_property("__provider") == "__provider"
    assert resource.translate_output_property("__provider") == "__provider"


def test_a_missing_password_is_named_by_its_key():
    fresh = IpAdvertisingProvider()
    fresh.configure(ConfigureRequest(Config({"aks-kafka:other": "x"}, "aks-kafka")))
    with pytest.raises(SignInRefused, match=r"aks-kafka:ambariPassword.*pulumi config set"):
        fresh.create(INPUTS)


def test_a_deletion_that_keeps_the_change_asks_nobody(monkeypatch: pytest.MonkeyPatch):
    def no_connection(*_: object, **__: object) -> None:
        raise AssertionError("it connected")

    monkeypatch.setattr(Connection, "__init__", no_connection)
    provider.delete("id", {**INPUTS, "keepOnDelete": True})
