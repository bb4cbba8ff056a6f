"""Refuses changes of settings that would replace a Kafka cluster and so lose its data, before it is planned.

HDInsight can't change most settings of a running cluster (`kafka_operations` has those that it can), so that
Pulumi would replace it. Pulumi's `protect` forbids that too, but names neither the setting nor what is lost.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel

from .kafka import RECORD, WORKERS
from .settings import Settings, WrongSettings
from .settings.about import FIXED, about
from .settings.leniency import Made
from .settings.mistakes import HDINSIGHT_DOC, OURS, Mistake

_FIXED = tuple(name for name, field in Settings.model_fields.items() if about(field).changed in FIXED)
_UPDATES = "https://learn.microsoft.com/rest/api/hdinsight/clusters/update"
_KAFKA = f"{HDINSIGHT_DOC}/kafka/apache-kafka-introduction"
_LOST = (
    "A new cluster would take its place, and this be lost: every topic with its messages and its consumers' "
    "offsets, all of which lie on the brokers' disks; the brokers' addresses; whatever was changed in Ambari"
)
_MADE = {
    "group": "azure-native:resources:ResourceGroup",
    "kafka": Made.KAFKA,
    "aks": Made.AKS,
    "registry": "azure-native:containerregistry:Registry",
}
"""Type of the resource that a stack creates where the setting names no existing one."""
_COMPONENT = "aks-kafka:index:KafkaCluster"


def fixed_settings(settings: Settings) -> dict[str, Any]:
    """The settings that can't change during a cluster's life, by name."""
    adopted = settings.hdinsight_network.existing
    network = f"subnet {adopted.subnet} of {adopted}" if adopted else "one of its own"
    # Not as an object: the engine forgets what is null in one.
    return settings.model_dump(mode="json", by_alias=True, include=set(_FIXED)) | {
        to_camel("hdinsight_network"): network
    }


def refuse_losses(settings: Settings, state: Mapping[str, Mapping[str, Any]]) -> bool:
    """Refuse settings under which the stack's cluster would lose data; raises WrongSettings.

    Returns whether there is a cluster and no immutable setting changed. Then nothing may replace it: neither
    a difference that Azure reports, nor one to what an earlier version of this program declared.

    Where `protect` is off the cluster may be replaced. Fewer workers are refused even then: HDInsight can't
    remove any, and a replacement for that alone is nobody's intention. Adopting a resource that this stack
    created is refused too, since `up` would delete it first.
    """
    made_with = _made_with(state)
    mistakes = [*adopting_own_resources(state, settings), *losses(made_with, settings)]
    if mistakes:
        raise WrongSettings(mistakes, pulumi.get_stack())
    return bool(made_with) and not _changed(made_with, settings)


def losses(made_with: Mapping[str, Any], settings: Settings) -> list[Mistake]:
    """Mistakes in `settings` for a cluster created with `made_with`; none where that is empty: no cluster."""
    replaced = [
        _replaces(to_camel(field), before, value, hidden=not Settings.model_fields[field].repr)
        for field, before, value in _changed(made_with, settings)
    ]
    if replaced and not settings.protect:
        return []
    workers = int(made_with.get(WORKERS) or 0)
    return [*replaced, _shrinks(workers, settings)] if settings.kafka_workers < workers else replaced


def adopting_own_resources(made: Container[str], settings: Settings) -> list[Mistake]:
    """Mistakes in settings that adopt a resource of a type that this stack has `made` itself."""
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
    """The immutable settings that differ: each field with its value at creation and its value now."""
    wanted = fixed_settings(settings)
    return [
        (field, made_with[name], wanted[name])
        for field in _FIXED
        if (name := to_camel(field)) in made_with and made_with[name] != wanted[name]
    ]


def _replaces(name: str, before: Any, value: Any, *, hidden: bool) -> Mistake:
    if isinstance(before, float):  # the engine hands every number over as a float
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
    """The settings that the stack's cluster was created with; empty where there is no cluster."""
    return outputs.get(_COMPONENT, {}).get(RECORD) or {} if Made.KAFKA in outputs else {}
