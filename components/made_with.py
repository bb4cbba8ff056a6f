"""The settings that a cluster was made with, and whether one changed since: nothing else may replace it.

After a refresh the stack's state holds what Azure says by then: ids and sizes in another spelling, properties
that Azure added, whatever somebody changed by the portal or the CLI. Compared with the program, much of that
would be planned as a replacement, by azure-native or by the program's own `replace_on_changes`. So a cluster
whose settings are those that its component recorded ignores all such differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel

from .settings.kept import AKS_COMPONENT, RECORD
from .settings.objects.existing import NewOrExistingSubnet
from .settings.settings import Settings
from .settings.validation.about import FIXED, Change, about
from .settings.validation.leniency import Made


@dataclass(frozen=True)
class Kind:
    """A kind of cluster that a stack makes.

    component: the type of what records its settings. fields: those that only another cluster can have.
    """

    name: str
    type: Made
    component: str
    fields: tuple[str, ...]

    def settings_in(self, settings: Settings) -> dict[str, Any]:
        """The settings that can't change during the cluster's life, by name."""
        told = settings.model_dump(mode="json", by_alias=True, include=set(self.fields))
        # A network's setting not as an object: the engine forgets what is null in one.
        return told | {
            to_camel(field): _place(value)
            for field in self.fields
            if isinstance(value := getattr(settings, field), NewOrExistingSubnet)
        }

    def recorded(self, state: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        """The settings that the cluster was made with, by the outputs of a state; empty where none says."""
        return state.get(self.component, {}).get(RECORD) or {} if self.type in state else {}

    def changed(self, made_with: Mapping[str, Any], settings: Settings) -> list[tuple[str, Any, Any]]:
        """The settings that differ: each field with its value when the cluster was made and its value now."""
        wanted = self.settings_in(settings)
        fields = ((field, about(Settings.model_fields[field]).same) for field in self.fields)
        return [
            (field, made_with[name], wanted[name])
            for field, same in fields
            if (name := to_camel(field)) in made_with and not same(made_with[name], wanted[name])
        ]

    def stays(self, state: Mapping[str, Mapping[str, Any]], settings: Settings) -> bool:
        """Whether there is a cluster that no setting replaces. Logs a warning where none is recorded.

        An earlier version recorded none for AKS, and an `up` that ended too early none at all.
        """
        made_with = self.recorded(state)
        if self.type in state and not made_with:
            pulumi.log.warn(self._unrecorded())
        return self.type in state and not self.changed(made_with, settings)

    def _unrecorded(self) -> str:
        names = ", ".join(map(to_camel, self.fields))
        return (
            f"The stack's state does not say yet with which settings its {self.name} cluster was made. It "
            "stays as it is, and the next pulumi up records the settings of then. If you have just changed "
            f"one of {names}: set it back for that, and change it afterwards."
        )


def _place(network: NewOrExistingSubnet) -> str:
    adopted = network.existing
    return f"subnet {adopted.subnet} of {adopted}" if adopted else "one of its own"


def _fields(*changes: Change) -> tuple[str, ...]:
    return tuple(name for name, field in Settings.model_fields.items() if about(field).changed in changes)


KAFKA = Kind("Kafka", Made.KAFKA, "aks-kafka:index:KafkaCluster", _fields(*FIXED))
AKS = Kind("AKS", Made.AKS, AKS_COMPONENT, _fields(Change.NEW_AKS, Change.NEW_EVERYTHING))
