"""The topics that a stack declares, and their changes, read from the Job that creates them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.rules.resource import value_at

from .phrases import Phrase, Quoted, counted, value
from .preview import Preview

JOB = "create-topics"
VARIABLE = "KAFKA_TOPICS"
_LEAST_IN_SYNC = "min.insync.replicas"


@dataclass(frozen=True)
class Topic:
    """A declared topic. `config`: its own settings in Kafka."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, Any]

    @property
    def least_in_sync(self) -> int:
        """How many replicas must be in sync for a write; Kafka's default, 1, if the topic sets none."""
        text = str(self.config.get(_LEAST_IN_SYNC, ""))
        return int(text) if text.isdecimal() else 1


def declared(preview: Preview) -> list[Topic]:
    """The topics before the change."""
    job = preview.named(JOB)
    return [*_topics(job.before)] if job else []


def changed(preview: Preview) -> Iterator[Phrase]:
    """The declared topics that change."""
    job = preview.named(JOB)
    if job is None or not job.after:
        return
    before = {topic.name: topic for topic in _topics(job.before)}
    after = {topic.name: topic for topic in _topics(job.after)}
    for name, topic in after.items():
        if name not in before:
            size = f"{counted(topic.partitions, 'partition')}, {counted(topic.replicas, 'replica')}"
            yield ("Topic ", Quoted(name), f": new, {size}")
        else:
            yield from _compared(before[name], topic)
    for name in before.keys() - after.keys():
        yield ("Topic ", Quoted(name), ": no longer declared; it stays in Kafka with its messages")


def risks(preview: Preview) -> Iterator[Phrase]:
    """The changes to existing topics that can't be undone, or that `up` refuses."""
    job = preview.named(JOB)
    after = {topic.name: topic for topic in _topics(job.after)} if job else {}
    for topic in declared(preview):
        new = after.get(topic.name, topic)
        if new.partitions > topic.partitions:
            yield (
                "Topic ",
                Quoted(topic.name),
                " gets more partitions, which Kafka never removes again. From then on a message may go to "
                "another partition than earlier ones with the same key.",
            )
        if new.partitions < topic.partitions or (new.replicas, new.config) != (topic.replicas, topic.config):
            yield (
                "Topic ",
                Quoted(topic.name),
                " exists, and only its number of partitions can grow from here: unless Kafka has it as "
                "declared already, ",
                Quoted("up"),
                " fails.",
            )


def _compared(before: Topic, after: Topic) -> Iterator[Phrase]:
    pairs = {
        "partitions": (before.partitions, after.partitions),
        "replicas": (before.replicas, after.replicas),
        **{
            name: (before.config.get(name), after.config.get(name))
            for name in sorted({*before.config, *after.config})
        },
    }
    for what, (old, new) in pairs.items():
        if old != new:
            yield ("Topic ", Quoted(before.name), ", ", Quoted(what), ": ", value(old), " → ", value(new))


def _topics(inputs: Mapping[str, Any]) -> Iterator[Topic]:
    containers = value_at(inputs, "spec.template.spec.containers")
    for container in containers if isinstance(containers, list) else ():
        env = container.get("env")
        for variable in env if isinstance(env, list) else ():
            if variable.get("name") == VARIABLE:
                yield from map(_topic, _parsed(variable.get("value")))


def _parsed(value: object) -> list[Mapping[str, Any]]:
    """The topics in the value of the variable; none if it is unknown yet."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except json.JSONDecodeError:
        return []
    return [topic for topic in found if isinstance(topic, dict)] if isinstance(found, list) else []


def _topic(declared: Mapping[str, Any]) -> Topic:
    return Topic(
        declared["name"],
        declared["partitions"],
        declared["replicationFactor"],
        declared.get("config") or {},
    )
