"""Which changes of settings would cost a Kafka cluster its data; they are stopped before anything is planned.

HDInsight changes hardly anything of a cluster that exists (see `kafka_operations` for what it does), so that
Pulumi would replace it. Its own `protect` forbids that too, without naming a setting or saying what is lost.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel

from .kafka import RECORD, WORKERS
from .settings.about import FIXED, about
from .settings.mistakes import OURS, Mistake
from .settings.settings import HDINSIGHT_DOC, Settings, WrongSettings

_FIXED = tuple(name for name, field in Settings.model_fields.items() if about(field).changed in FIXED)
_UPDATES = "https://learn.microsoft.com/rest/api/hdinsight/clusters/update"
_KAFKA = f"{HDINSIGHT_DOC}/kafka/apache-kafka-introduction"
_LOST = (
    "A new cluster would take its place, and this be lost: every topic with its messages and its consumers' "
    "offsets, all of which lie on the brokers' disks; the brokers' addresses; whatever was changed in Ambari"
)
_CLUSTER = "azure-native:hdinsight:Cluster"
_MADE = {
    "group": "azure-native:resources:ResourceGroup",
    "kafka": _CLUSTER,
    "aks": "azure-native:containerservice:ManagedCluster",
    "registry": "azure-native:containerregistry:Registry",
}
"""What a stack makes where the setting names nothing that exists."""
_COMPONENT = "aks-kafka:index:KafkaCluster"


def fixed_settings(settings: Settings) -> dict[str, Any]:
    """What a cluster keeps for as long as it exists, by the settings' names."""
    adopted = settings.hdinsight_network.existing
    network = f"subnet {adopted.subnet} of {adopted}" if adopted else "one of its own"
    # Not as an object: the engine forgets what is null in one.
    return settings.model_dump(mode="json", by_alias=True, include=set(_FIXED)) | {
        to_camel("hdinsight_network"): network
    }


def refuse_losses(settings: Settings) -> bool:
    """Raises WrongSettings when the stack's cluster could not become what `settings` say without a loss.

    Answers whether there is a cluster that has all it keeps for life as `settings` say, so that nothing else
    may replace it: not what Azure says of it by now, nor what an earlier version of this program declared.

    Where `protect` is off the cluster may be replaced. Fewer workers alone are no reason to, so these are
    refused. So is whatever the stack made itself and is to be adopted: what leaves the program is deleted.
    """
    outputs = _outputs()
    made_with = _made_with(outputs)
    mistakes = [*adopting_own_resources(outputs, settings), *losses(made_with, settings)]
    if mistakes:
        raise WrongSettings(mistakes, pulumi.get_stack())
    return bool(made_with) and not _changed(made_with, settings)


def losses(made_with: Mapping[str, Any], settings: Settings) -> list[Mistake]:
    """What is wrong with `settings` for a cluster that was made with others; nothing where there is none."""
    replaced = [
        _replaces(to_camel(field), before, value, hidden=not Settings.model_fields[field].repr)
        for field, before, value in _changed(made_with, settings)
    ]
    if replaced and not settings.protect:
        return []
    workers = int(made_with.get(WORKERS) or 0)
    return [*replaced, _shrinks(workers, settings)] if settings.kafka_workers < workers else replaced


def adopting_own_resources(made: Container[str], settings: Settings) -> list[Mistake]:
    """What is named as existing while the stack has one of its own among the types that it has `made`."""
    return [
        Mistake(
            setting=f"{setting}.existing",
            value=getattr(settings, setting).existing.name,
            rule="is for what this stack did not make: it made one itself, which `up` would now delete with "
            "all that is in it",
            source=OURS,
            right="a stack of its own for what exists already",
        )
        for setting, type_ in _MADE.items()
        if getattr(settings, setting).existing and type_ in made
    ]


def _changed(made_with: Mapping[str, Any], settings: Settings) -> list[tuple[str, Any, Any]]:
    """What would replace the cluster: each field with its value of then and its value now."""
    wanted = fixed_settings(settings)
    return [
        (field, made_with[name], wanted[name])
        for field in _FIXED
        if (name := to_camel(field)) in made_with and made_with[name] != wanted[name]
    ]


def _replaces(name: str, before: Any, value: Any, *, hidden: bool) -> Mistake:
    if isinstance(before, float):  # the engine's numbers are
        before = int(before)
    was = "was another" if hidden else f"was {before!r}"
    return Mistake(
        setting=name,
        value=None if hidden else value,
        rule=f"{was} when the Kafka cluster was made, and can't change as long as it exists. {_LOST}",
        source=_UPDATES,
        right=f"{'the one of before' if hidden else before}; or, where all that may be lost, "
        "pulumi config set protect false",
    )


def _shrinks(has: int, settings: Settings) -> Mistake:
    return Mistake(
        setting=WORKERS,
        value=settings.kafka_workers,
        rule=f"is fewer than the {has} that there are, and HDInsight takes no brokers away: the partitions "
        "on their disks would be lost",
        source=_KAFKA,
        right=f"{has} or more; fewer are for a new cluster only, made after pulumi destroy",
    )


def _made_with(outputs: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What this stack's last run recorded; nothing where no cluster stands."""
    return outputs.get(_COMPONENT, {}).get(RECORD) or {} if _CLUSTER in outputs else {}


def _outputs() -> dict[str, Mapping[str, Any]]:
    """What this stack's last run left, by type; of one type the last.

    From the stack's own state, as Pulumi's listResourceOutputs (Node.js SDK) reads it.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    return {_type(urn): state["outputs"] for urn, state in (read.value or {})["outputs"].items()}


def _type(urn: str) -> str:
    """A resource's own type: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME."""
    return urn.split("::")[2].rpartition("$")[2]
