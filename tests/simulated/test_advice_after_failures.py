"""What `up` advises after HDInsight could not make a cluster is done, and the next try makes it."""

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.kafka_creation import cleanup_advice
from emulator import az, control
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.providers.protocol import ProviderError
from emulator.tests.azure_clusters import KafkaSite
from emulator.tests.azure_subscription import Subscription


def test_a_cluster_that_failed_is_deleted_before_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = Subscription(tmp_path)
    subscription.group()
    site = KafkaSite(subscription)
    with pytest.raises(ProviderError) as failed:
        site.create()
    advice = cleanup_advice("mykafka", "group", [str(failed.value)])
    assert "set storageRoleSeconds higher" in advice
    # Then the role has time to be in effect.
    site.grant()
    with pytest.raises(ProviderError, match="cannot create already existing resource"):
        site.create()

    operations = HdinsightOperations(subscription.cloud)
    commands: Mapping[str, Callable[..., Any]] = {"hdinsight-delete": operations.delete}
    monkeypatch.setattr(control, "call", lambda _home, command, /, **given: commands[command](**given))
    [command] = [line.strip() for line in advice.splitlines() if line.strip().startswith("az ")]
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    assert az.main() == 0
    assert site.create().outputs["properties"]["clusterState"] == "Running"
