"""Refuses changes of settings that would replace a Kafka cluster and so lose its data, before it is planned.

HDInsight can't change most settings of a running cluster (`kafka_operations` has those that it can), so that
Pulumi would replace it. Pulumi's `protect` forbids that too, but names neither the setting nor what is lost.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel

from .kafka import WORKERS
from .made_with import KAFKA
from .settings import Settings, WrongSettings
from .settings.validation.leniency import Made
from .settings.validation.mistakes import HDINSIGHT_DOC, OURS, Mistake

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


def refuse_losses(settings: Settings, state: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse settings under which the stack's cluster would lose data; raises WrongSettings.

    Where `protect` is off the cluster may be replaced. Fewer workers are refused even then: HDInsight can't
    remove any, and a replacement for that alone is nobody's intention. Adopting a resource that this stack
    created is refused too, since `up` would delete it first.
    """
    mistakes = [*adopting_own_resources(state, settings), *losses(KAFKA.recorded(state), settings)]
    if mistakes:
        raise WrongSettings(mistakes, pulumi.get_stack())


def losses(made_with: Mapping[str, Any], settings: Settings) -> list[Mistake]:
    """Mistakes in `settings` for a cluster created with `made_with`; none where that is empty: no cluster."""
    replaced = [
        _replaces(to_camel(field), before, value, hidden=not Settings.model_fields[field].repr)
        for field, before, value in KAFKA.changed(made_with, settings)
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
