"""Makes the declared topics exist: creates, adds partitions, refuses every other change with its reason."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, ResourceType

from testapp.configuration.declared_topics import Topic
from testapp.configuration.settings import TopicSettings
from testapp.kafka.client import connection_settings

TIMEOUT_SECONDS = 60.0
"""For each exchange with the brokers, and for new partitions to get their leaders."""
PATIENCE_SECONDS = 120.0
"""How long it is tried anew after a failure that may pass: a broker starts, a controller is elected."""
PAUSE_SECONDS = 5.0
FINAL_ERRORS = frozenset(
    {
        "CLUSTER_AUTHORIZATION_FAILED",
        "INVALID_CONFIG",
        "INVALID_PARTITIONS",
        "POLICY_VIOLATION",
        "SECURITY_DISABLED",
        "TOPIC_AUTHORIZATION_FAILED",
        "TOPIC_EXCEPTION",
        "UNSUPPORTED_VERSION",
    }
)
"""Kafka's answers, by librdkafka's names, that stay the same however often one asks."""


class TopicsRefused(Exception):
    """A topic can't become what is declared, however often one tries; says which, and why."""


class TopicsFailed(Exception):
    """A declared topic is not there, for a reason that may pass; the text says which and why."""


@dataclass(frozen=True)
class ExistingTopic:
    """What the brokers say about a topic; `config` holds every effective value."""

    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What is to be done; topics that exist as declared, or are declared by nobody, are in neither list."""

    create: tuple[Topic, ...]
    grow: tuple[Topic, ...]


def plan_topics(declared: Iterable[Topic], existing: Mapping[str, ExistingTopic]) -> Plan:
    """Compare the declaration with what is there.

    Raises:
        TopicsRefused: a topic would have to lose partitions, or change in anything but their number. Kafka
            can't do the first; the rest moves data or alters what other clients rely on, which is no matter
            for a start-up Job.
    """
    create, grow, refusals = [], [], []
    for topic in declared:
        present = existing.get(topic.name)
        if present is None:
            create.append(topic)
            continue
        refusals += _refusals(topic, present)
        if topic.partitions > present.partitions:
            grow.append(topic)
    if refusals:
        raise TopicsRefused("\n".join(refusals))
    return Plan(tuple(create), tuple(grow))


def declare_topics_patiently(
    declare: Callable[[], None],
    patience: float = PATIENCE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Run `declare` until it succeeds, is refused, or has failed for `patience` seconds.

    Raises:
        TopicsRefused: at once.
        TopicsFailed: the last failure.
    """
    deadline = clock() + patience
    while True:
        try:
            return declare()
        except TopicsFailed as failure:
            if clock() >= deadline:
                raise
            print(f"{failure}; trying again", flush=True)
        wait(PAUSE_SECONDS)


def declare_topics(settings: TopicSettings) -> None:
    """Carry out the plan and wait until every partition of every declared topic has a leader.

    Raises:
        TopicsRefused: see `plan_topics`; or a broker refused what it will always refuse.
        TopicsFailed: the brokers can't be reached, or are not ready for it, or partitions get no leader.
    """
    admin = AdminClient(connection_settings(settings.bootstrap_servers, settings.security))
    try:
        plan = plan_topics(settings.topics, _existing_topics(admin, settings.topics))
        _create(admin, plan.create)
        _grow(admin, plan.grow)
        _await_leaders(admin, settings.topics)
    except KafkaException as error:
        raise TopicsFailed(f"Kafka at {settings.bootstrap_servers}: {error.args[0]}") from error


def _refusals(topic: Topic, present: ExistingTopic) -> list[str]:
    refusals = []
    if topic.partitions < present.partitions:
        refusals.append(
            f"topic {topic.name} has {present.partitions} partitions, {topic.partitions} are declared: "
            "Kafka can't take partitions away; declare at least as many as there are"
        )
    if topic.replication_factor != present.replication_factor:
        refusals.append(
            f"topic {topic.name} has replication factor {present.replication_factor}, "
            f"{topic.replication_factor} is declared: changing it moves data between brokers; "
            "use kafka-reassign-partitions, then declare what is"
        )
    for key, value in topic.config.items():
        if present.config.get(key) != value:
            refusals.append(
                f"topic {topic.name} has {key}={present.config.get(key)}, {value} is declared: "
                "a topic in use is not reconfigured from here; use kafka-configs, then declare what is"
            )
    return refusals


def _existing_topics(admin: AdminClient, declared: Iterable[Topic]) -> dict[str, ExistingTopic]:
    names = {topic.name for topic in declared}
    # All topics are listed: asking for one by name would create it where auto.create.topics.enable is on.
    metadata = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
    present = [name for name in metadata if name in names]
    configs = _configs(admin, present)
    return {
        name: ExistingTopic(
            partitions=len(metadata[name].partitions),
            replication_factor=len(metadata[name].partitions[0].replicas),
            config=configs[name],
        )
        for name in present
    }


def _configs(admin: AdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    futures = admin.describe_configs(resources, request_timeout=TIMEOUT_SECONDS)
    return {
        resource.name: {key: entry.value for key, entry in future.result().items() if entry.value is not None}
        for resource, future in futures.items()
    }


def _create(admin: AdminClient, topics: tuple[Topic, ...]) -> None:
    if not topics:
        return
    new = [
        NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=topic.replication_factor,
            config=dict(topic.config),
        )
        for topic in topics
    ]
    for name, future in admin.create_topics(new, operation_timeout=TIMEOUT_SECONDS).items():
        _settle(f"topic {name} can't be created", future)
        print(f"topic {name} created", flush=True)


def _grow(admin: AdminClient, topics: tuple[Topic, ...]) -> None:
    if not topics:
        return
    totals = [NewPartitions(topic.name, topic.partitions) for topic in topics]
    for name, future in admin.create_partitions(totals, operation_timeout=TIMEOUT_SECONDS).items():
        _settle(f"topic {name} can't get more partitions", future)
        print(f"topic {name} has more partitions now", flush=True)


def _settle(refusal: str, future: Future[None]) -> None:
    try:
        future.result()
    except KafkaException as error:
        reason = error.args[0]
        kind = TopicsRefused if reason.name() in FINAL_ERRORS else TopicsFailed
        raise kind(f"{refusal}: {reason.str()}") from error


def _await_leaders(admin: AdminClient, topics: Iterable[Topic]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    waiting = {topic.name: topic.partitions for topic in topics}
    while waiting:
        metadata = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
        for name in [name for name in waiting if name in metadata]:
            led = [partition for partition in metadata[name].partitions.values() if partition.leader >= 0]
            if len(led) >= waiting[name]:
                del waiting[name]
        if waiting and time.monotonic() > deadline:
            raise TopicsFailed(
                f"partitions without a leader after {TIMEOUT_SECONDS:.0f} s: {', '.join(sorted(waiting))}"
            )
        if waiting:
            # Metadata is asked for, not pushed; this is the polling interval of the wait above.
            time.sleep(0.2)
