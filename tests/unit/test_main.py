"""The program as a whole: what it declares, in which order, and what it tells other stacks."""

import functools
import gc
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from components.ambari.rolling_restart.kafkas_view import LABEL
from components.settings import WrongSettings
from tests.unit.recording import GROUP, Answers, Azure, Deployment, deploy
from tools import outputs

CHECKOUT = Path(__file__).resolve().parents[2]
SECRETS = frozenset(f"aks-kafka:{key}" for key in ("ambariPassword", "appAccessToken", "kafkaPassword"))
"""Configuration keys that are stored encrypted."""
PASSWORD = "Plant3d-Secret!"
OUTPUTS = {
    "contractVersion": "1.1",
    "appUrl": "http://203.0.113.80:8080",
    "roundTripMilliseconds": None,
    "bootstrapServers": "10.10.0.9:9092,10.10.0.10:9092,10.10.0.11:9092",
    "bootstrapServersTls": "",
    "bootstrapServersSasl": "",
    "bootstrapServersSaslTls": "",
    "kafkaProtocol": "PLAINTEXT",
    "kafkaCa": "",
    "topic": "messages",
    "namespace": "kafka-test",
    "ambariUrl": "https://local-kafka.azurehdinsight.net",
    "registryLoginServer": "localkafka.azurecr.io",
    "resourceGroup": "aks-kafka",
    "hdinsightVnetId": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hdinsight-network",
    "aksVnetId": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/aks-network",
    "kubeconfig": "kubeconfig of aks-kafka",
}


def configuration(stack: str) -> dict[str, str]:
    """What Pulumi.STACK.yaml configures, as the engine hands it over, with a password of our own."""
    values = _written(stack)
    encoded = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return {**encoded, "aks-kafka:ambariPassword": PASSWORD}


def run(
    config: dict[str, str], answers: Answers = MappingProxyType({}), azure: Azure | None = None
) -> Deployment:
    try:
        return deploy(
            lambda: runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__"),
            config=config,
            secrets=SECRETS,
            answers=answers,
            azure=azure,
        )
    finally:
        # The program turns it off for its own short life; that of the tests is longer.
        gc.enable()


@pytest.fixture(scope="module")
def program() -> Deployment:
    """One run, for all tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(CHECKOUT)
        return run(configuration("local"))


def test_outputs_are_flat_and_only_the_kubeconfig_is_secret(program: Deployment) -> None:
    assert dict(program.outputs) == OUTPUTS
    assert program.secret_outputs == {"kubeconfig"}


def test_outputs_keep_the_contract(program: Deployment) -> None:
    contract = outputs.contract()
    assert set(program.outputs) == set(contract)
    assert program.secret_outputs == {name for name, output in contract.items() if output.secret}
    for name, output in contract.items():
        value = program.outputs[name]
        assert output.checked("test", program.outputs["contractVersion"], value) == value


def test_authorities_are_told_and_no_key_that_lies_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", lambda *_, **__: None)
    certificate, key = (
        f"-----BEGIN {kind}-----\nMIIB\n-----END {kind}-----\n" for kind in ("CERTIFICATE", "PRIVATE KEY")
    )
    secured = {"aks-kafka:kafkaProtocol": "SSL", "aks-kafka:kafkaCa": f"{certificate}{key}{certificate}"}
    told = run({**configuration("local"), **secured}).outputs
    assert told["kafkaProtocol"] == "SSL"
    assert told["kafkaCa"] == certificate * 2


def test_top_level_is_the_architecture(program: Deployment) -> None:
    top = {resource.name for resource in program.resources.values() if resource.parent == "aks-kafka-test"}
    assert top == {
        "resource-group",
        "networks",
        "kafka",
        "aks",
        "registry",
        "image",
        "broker-addresses",
        "app-namespace",
        "view",
        "ip-advertising",
        "app",
    }


def test_topics_wait_for_peering_addresses_image_and_the_right_to_pull(program: Deployment) -> None:
    assert {
        "hdinsight-to-aks",
        "aks-to-hdinsight",
        "ip-advertising",
        "image-build",
        "aks-pulls-images",
    } <= program["app"].depends_on


def test_a_ready_image_takes_neither_a_build_nor_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    image = "ghcr.io/contoso/kafka-test-app:1.0"
    ready = run(
        {**configuration("local"), "aks-kafka:appImage": image, "aks-kafka:registryName": ""},
    )
    assert not {"registry", "registry-acr", "image", "image-build", "aks-pulls-images"} & set(ready.resources)
    for name in ("create-topics", "check", "kafka-test-app"):
        [container] = ready[name].inputs["spec"]["template"]["spec"]["containers"]
        assert container["image"] == image
    assert ready.outputs["registryLoginServer"] == ""
    assert {"hdinsight-to-aks", "aks-to-hdinsight", "ip-advertising"} <= ready["app"].depends_on


def test_what_kafka_says_can_be_read_before_brokers_restart(program: Deployment) -> None:
    assert "kafka-view" in program["ip-advertising"].depends_on
    assert {"hdinsight-to-aks", "image-build", "aks-pulls-images"} <= program["view"].depends_on
    assert "ip-advertising" in program["app"].depends_on
    found = program["ip-advertising"].inputs
    labels = program["kafka-view"].inputs["spec"]["template"]["metadata"]["labels"]
    assert (found["viewNamespace"], found["viewName"]) == ("kafka-test", labels[LABEL])
    assert "kubeconfig" in program["ip-advertising"].secrets


def test_advertising_comes_after_new_workers_and_a_new_password(program: Deployment) -> None:
    assert {"kafka-workers", "kafka-gateway-password"} <= program["ip-advertising"].depends_on
    assert program["ip-advertising"].inputs["workers"] == 3


def test_the_namespace_s_guard_is_registered_after_the_kafka_cluster(program: Deployment) -> None:
    """The first dynamic resource of a run closes the provider that deletes those of a replaced cluster."""
    assert "kafka-cluster" in program["app-namespace"].depends_on
    assert program["namespace-guard"].parent == "app-namespace"


def test_advertising_goes_with_the_cluster(program: Deployment) -> None:
    assert program["ip-advertising"].options.deletedWith.endswith("::kafka-cluster")


def test_a_new_cluster_gets_the_change_and_the_topics(program: Deployment) -> None:
    for name in ("ip-advertising", "create-topics"):
        [reason] = program[name].options.replace_with
        assert reason.endswith("::kafka-cluster")


def test_password_is_in_the_secrets_of_those_that_set_it_and_nowhere_else(program: Deployment) -> None:
    holders = {
        resource.name for resource in program.resources.values() if PASSWORD in json.dumps(resource.inputs)
    }
    assert holders == {"kafka-cluster", "kafka-gateway-password"}
    assert all(program[name].secrets for name in holders)
    assert [PASSWORD in str(value) for value in program.outputs.values()].count(True) == 0


def test_everything_that_can_have_tags_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    program = run({**configuration("local"), "aks-kafka:tags": '{"team": "kafka"}'})
    untagged = {
        resource.type
        for resource in program.resources.values()
        if resource.type.startswith("azure-native:") and resource.inputs.get("tags") != {"team": "kafka"}
    }
    assert untagged == {
        "azure-native:network:Subnet",
        "azure-native:network:VirtualNetworkPeering",
        "azure-native:authorization:RoleAssignment",
    }


def test_names_in_azure_are_given_and_not_made_up(program: Deployment) -> None:
    """Otherwise Pulumi appends random characters, and nobody finds anything."""
    for resource in program.resources.values():
        if resource.type.startswith("azure-native:"):
            names = [
                key for key in resource.inputs if re.search(r"[nN]ame$", key) and key != "resourceGroupName"
            ]
            assert names or resource.type == "azure-native:resources:ResourceGroup", resource.name


def test_development_stack_wants_just_what_is_its_owner_s() -> None:
    values = configuration("dev")
    with pytest.raises(WrongSettings) as raised:
        run(values)
    assert {mistake.setting for mistake in raised.value.mistakes} == {
        "ambariSourceRanges",
        "appSourceRanges",
        "sshPublicKey",
    }


@pytest.mark.thorough
def test_imports_load_no_resource_types() -> None:
    """Classes of azure-native and kubernetes make up most of a preview: each loads where it is first used."""
    modules_of_ours = sorted(
        ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")
        for path in (CHECKOUT / "components").rglob("*.py")
    )
    assert {"components.aks", "components.settings.settings", "components.existing.read"} <= set(
        modules_of_ours
    )
    program = f"import sys, {', '.join(modules_of_ours)}; print(*sys.modules, sep='\\n')"
    modules = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pulumi_azure_native.network" in modules
    assert not [
        name
        for name in modules
        if re.match(r"pulumi_azure_native\.\w+\.|pulumi_kubernetes\.core\.v1\.", name)
    ]


@pytest.mark.thorough
def test_the_process_of_dynamic_providers_loads_neither_settings_nor_what_declares_resources() -> None:
    """It starts in every preview, and whatever depends on brokers waits for it."""
    modules_of_ours = sorted(
        ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
        for path in (CHECKOUT / "components").rglob("*.py")
        if re.search(r"^class \w+\(OwnProvider\)", path.read_text(), re.MULTILINE)
    )
    program = f"import sys, {', '.join(modules_of_ours)}; print(*sys.modules, sep='\\n')"
    modules = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(modules_of_ours) == 5
    assert not {"pydantic", "pulumi_azure_native", "pulumi_kubernetes", "kubernetes", "requests"} & {*modules}


def test_wrong_settings_declare_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    with pytest.raises(WrongSettings, match="kafkaWorkers"):
        run({**configuration("local"), "aks-kafka:kafkaWorkers": "2"})


@functools.cache
def _written(stack: str) -> Mapping[str, Any]:
    return yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text())["config"]
