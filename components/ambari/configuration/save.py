"""Saving configuration where nothing keeps two people from saving at once.

Ambari has no compare-and-swap: a save replaces whole types, whatever happened since they were read. So the
version that a save made must be the one before plus one; when it is not, what the versions between changed is
merged back out of the history, property by property, and saved again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ...running.clock import Clock
from ..api.client import Ambari
from ..api.errors import AnswerLost, ConfigurationConflict, ServerFailed, Unreachable
from ..api.model import Configuration, ServiceVersion
from .note import RunNote

_ATTEMPTS = 5

Types = Mapping[str, Configuration]
Wanted = Callable[[Types], dict[str, Configuration]]
"""Given the types as they are, those that have to be saved, each complete; empty: nothing to save."""


@dataclass(frozen=True)
class Overwritten:
    """A save that replaced what somebody saved after we had read."""

    base: Types
    theirs: Types
    ours: Types


def save(ambari: Ambari, clock: Clock, held: RunNote, wanted: Wanted, note: str) -> ServiceVersion:
    """Saves until all is as wanted and nobody's edit is lost; returns the version in force.

    Each save is written down in the run's note first, so that a run which takes over can still merge.
    """
    failure: Exception | None = None
    for _ in range(_ATTEMPTS):
        current = ambari.current().version
        types = _rescued(ambari, current, held.note.saves)
        changed = {**_differing(types, current.types), **wanted(types)}
        if not changed:
            held.remember(saves=())
            return current
        tag = f"version{int(clock.wall() * 1000)}"
        held.remember(saves=(*held.note.saves, (current.number, tag)))
        if ambari.current().version.number != current.number:
            continue
        try:
            ambari.save(
                {name: replace(configuration, tag=tag) for name, configuration in changed.items()}, note
            )
        except (AnswerLost, ServerFailed, Unreachable) as lost:
            failure = lost
    raise failure or ConfigurationConflict(
        f"Somebody else changed Kafka's configuration in Ambari at each of {_ATTEMPTS} attempts to save it."
    )


def merged(current: Types, overwritten: Overwritten) -> dict[str, Configuration]:
    """Three ways: what they changed against the base comes back, unless it was changed again since."""
    result = dict(current)
    for name, ours in overwritten.ours.items():
        base, theirs = overwritten.base.get(name), overwritten.theirs.get(name)
        now = current.get(name)
        if base is None or theirs is None or now is None:
            continue
        kinds = {*base.attributes, *theirs.attributes, *now.attributes}
        attributes = {
            kind: _three_ways(*(version.attributes.get(kind) or {} for version in (base, theirs, ours, now)))
            for kind in kinds
        }
        result[name] = replace(
            now,
            properties=_three_ways(base.properties, theirs.properties, ours.properties, now.properties),
            attributes={kind: values for kind, values in attributes.items() if values},
        )
    return result


def _three_ways(
    base: Mapping[str, str], theirs: Mapping[str, str], ours: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, str]:
    values = dict(now)
    for key in {*base, *theirs}:
        their_value = theirs.get(key)
        if their_value == base.get(key) or now.get(key) != ours.get(key):
            continue
        if their_value is None:
            values.pop(key, None)
        else:
            values[key] = their_value
    return values


def _rescued(ambari: Ambari, current: ServiceVersion, saves: tuple[tuple[int, str], ...]) -> Types:
    types: Types = current.types
    for base, tag in saves:
        overwritten = _overwritten(ambari, base, tag, current.number)
        if overwritten is not None:
            types = merged(types, overwritten)
    return types


def _overwritten(ambari: Ambari, base: int, tag: str, newest: int) -> Overwritten | None:
    between: list[ServiceVersion] = []
    for number in range(base + 1, newest + 1):
        version = ambari.version(number)
        if version is None:
            continue
        ours = {name: item for name, item in version.types.items() if item.tag == tag}
        if ours:
            before = ambari.version(base)
            return Overwritten(before.types, between[-1].types, ours) if between and before else None
        between.append(version)
    return None


def _differing(types: Types, current: Types) -> dict[str, Configuration]:
    return {
        name: item
        for name, item in types.items()
        if item.properties != current[name].properties or _set(item) != _set(current[name])
    }


def _set(configuration: Configuration) -> dict[str, dict[str, str]]:
    """The attributes that are set; kinds without any may be named or not."""
    return {kind: dict(values) for kind, values in configuration.attributes.items() if values}
