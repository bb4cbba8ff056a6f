"""What the pod of Kafka's view writes of one moment, and the view that it holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .view import BrokerView, KafkaView, Malformed, Partition

_MINIMUM = "min.insync.replicas"


def parse(text: str | bytes) -> KafkaView:
    """The view in a snapshot's JSON, version 1.

    Its keys are `controller` (a broker's id or null), `brokers` (by id, each with `address` and
    `advertised`), `minimums` (min.insync.replicas by topic), `defaults` (the same for all other topics) and
    `partitions` (by topic, each as leader, replicas and in-sync replicas; -1: no leader). A broker that is
    not listed or did not answer is taken out of every in-sync set.

    Raises Malformed where anything is missing, of another type, or contradicts itself.
    """
    try:
        document = _Document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"Kafka's view is malformed: {where}: {first['msg']}") from None
    brokers = {
        number: BrokerView(number, broker.address, _by_name(broker.advertised))
        for number, broker in document.brokers.items()
    }
    answering = {broker.id for broker in brokers.values() if broker.answers}
    partitions = tuple(
        _partition(document, topic, number, told, answering)
        for topic, all_told in document.partitions.items()
        for number, told in enumerate(all_told)
    )
    return KafkaView(document.controller, brokers, partitions)


def _partition(
    document: _Document, topic: str, number: int, told: _Replication, answering: set[int]
) -> Partition:
    leader, replicas, in_sync = told
    minimum = document.minimums.get(topic, document.defaults.get(_MINIMUM))
    if minimum is None:
        raise Malformed(f"Kafka's view is malformed: {topic} has no {_MINIMUM}")
    if len(set(replicas)) < len(replicas) or not set(in_sync) <= set(replicas):
        raise Malformed(f"Kafka's view is malformed: {topic}-{number} has {replicas=} and {in_sync=}")
    alive = tuple(replica for replica in in_sync if replica in answering)
    return Partition(topic, number, None if leader < 0 else leader, replicas, alive, minimum)


def _by_name(advertised: Mapping[str, str] | None) -> dict[str, str] | None:
    """Kafka compares names of listeners in capitals."""
    return None if advertised is None else {name.upper(): told for name, told in advertised.items()}


_Replication = tuple[int, Annotated[tuple[int, ...], Field(min_length=1)], tuple[int, ...]]
"""A partition's leader, replicas and in-sync replicas."""


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Broker(_Model):
    address: str
    advertised: dict[str, str] | None


class _Document(_Model):
    version: Literal[1]
    controller: int | None
    brokers: dict[int, _Broker]
    minimums: dict[str, Annotated[int, Field(ge=0)]]
    defaults: dict[str, int] = {}
    partitions: dict[str, list[_Replication]]
