"""The topics that a stack declares, and their changes, read from the Job that creates them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.rules.resource import value_at

from .phrases import Phrase, Quoted, value
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
            yield ("Topic ", Quoted(name), f": new, {topic.partitions} partitions, {topic.replicas} replicas")
        else:
            yield from _compared(before[name], topic)
    for name in before.keys() - after.keys():
        yield ("Topic ", Quoted(name), ": no longer declared; it stays in Kafka with its messages")


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
        for variable in container.get("env") or ():
            if variable.get("name") == VARIABLE:
                for topic in json.loads(variable["value"]):
                    yield Topic(
                        topic["name"],
                        topic["partitions"],
                        topic["replicationFactor"],
                        topic.get("config") or {},
                    )
