"""Several environments in one subscription, and two Kafka clusters in one network."""

from pathlib import Path
from typing import Any

import yaml

from .environment import CHECKOUT, Environment, eventually, occurrences, send
from .test_existing_aks import everything
from .test_existing_everything import CONNECTED, HERS, SecondStack, existing

OWN_KAFKA = {"kafkaClusterName": "second-kafka", "storageAccountName": "secondkafka"}
OWN_GROUP = {"resourceGroup": "second"}


def test_a_stack_with_the_names_of_another_says_so_and_makes_nothing(
    environment: Environment, tmp_path: Path
) -> None:
    before = everything(environment)
    twin = SecondStack(environment, tmp_path, local_settings())
    try:
        said = " ".join(twin.pulumi("preview").split())
        assert "The resource group aks-kafka exists already, and is not in the state of stack second" in said
        ended = twin.run("up", "--yes", "--skip-preview")
        assert ended.status != 0
        assert "The resource group aks-kafka exists already" in " ".join(ended.output.split())
        assert "Traceback" not in ended.output
        assert everything(environment) == before
    finally:
        twin.leave()
    assert everything(environment) == before
    assert "exists already" not in environment.pulumi("preview", "--refresh", "--expect-no-changes")


def test_two_environments_run_beside_each_other_and_one_outlives_the_other(
    environment: Environment, tmp_path: Path
) -> None:
    before = everything(environment).keys()
    names = {**OWN_GROUP, **OWN_KAFKA, "registryName": "secondkafka", "aksClusterName": "second"}
    # With the same ranges, and the same names of topics and namespace.
    second = SecondStack(environment, tmp_path, {**local_settings(), **names})
    try:
        assert "exists already" not in second.pulumi("preview")
        second.pulumi("up", "--yes", "--skip-preview")
        pages = [environment.outputs()["appUrl"], second.outputs()["appUrl"]]
        for page, other in (pages, reversed(pages)):
            text = f"to {page} alone"
            send(page, text)
            eventually(lambda page=page, text=text: occurrences(page, text) == 1, "the message comes back")
            assert occurrences(other, text) == 0
        second.pulumi("preview", "--refresh", "--expect-no-changes")
        environment.pulumi("preview", "--refresh", "--expect-no-changes")
    finally:
        second.leave()
    assert everything(environment).keys() == before
    goes_on(environment, "after the second environment")


def test_a_second_kafka_cluster_lives_in_the_network_of_the_first(
    environment: Environment, tmp_path: Path
) -> None:
    adopted = {
        "hdinsightNetwork": existing("hdinsight-network", subnet="hdinsight-subnet"),
        "aks": existing("aks-kafka"),
        "registry": existing(local_settings()["registryName"]),
    }
    own = {name: local_settings()[name] for name in ("appSourceRanges", "sshPublicKey", *FAST)}
    mark = len(environment.ambari_requests())
    settings = {**own, **OWN_GROUP, **OWN_KAFKA, **adopted, **HERS, **CONNECTED, "keepIpAdvertising": False}
    second = SecondStack(environment, tmp_path, settings)
    try:
        second.pulumi("up", "--yes", "--skip-preview")
        outputs = second.outputs()
        first, its_own = (
            set(each["bootstrapServers"].split(",")) for each in (environment.outputs(), outputs)
        )
        assert len(its_own) == 3
        assert all(server.startswith("10.10.0.") for server in its_own)
        assert its_own.isdisjoint(first)
        send(outputs["appUrl"], "to the second cluster")
        eventually(
            lambda: occurrences(outputs["appUrl"], "to the second cluster") == 1, "the message comes back"
        )
        assert occurrences(environment.outputs()["appUrl"], "to the second cluster") == 0
        second.pulumi("preview", "--refresh", "--expect-no-changes")
    finally:
        second.leave()
    written = [asked for asked in environment.ambari_requests()[mark:] if asked["method"] != "GET"]
    assert written == []
    goes_on(environment, "after the second cluster")


FAST = ("protect", "storageRoleSeconds", "restartSettleSeconds")
"""Settings that spare time here."""


def local_settings() -> dict[str, Any]:
    """Those of the local stack, without its password."""
    config = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())["config"]
    plain = {name.removeprefix("aks-kafka:"): value for name, value in config.items()}
    del plain["ambariPassword"]
    return plain


def goes_on(environment: Environment, text: str) -> None:
    """The first environment is as it was, and its page works."""
    environment.pulumi("preview", "--refresh", "--expect-no-changes")
    url = environment.outputs()["appUrl"]
    send(url, text)
    eventually(lambda: occurrences(url, text) == 1, "the message comes back")
