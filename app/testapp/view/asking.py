"""Asks the brokers for everything that the view holds. Every question has a deadline."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, ResourceType, TopicMetadata

from testapp.kafka.client import connection_settings
from testapp.kafka.security import Security
from testapp.view.observation import Configuration, Observation, Replication, Unknown

ANSWER_SECONDS = 3.0
"""For an answer to each of a round's two questions; a broker that restarts misses it, and is asked again."""
_GRACE_SECONDS = 1.0
"""How much later than that the client may tell that no answer came."""
REFUSED_SECONDS = 40.0
"""For so long a broker's refusal counts: librdkafka tells one that stays the same every 30 seconds."""
_BROKER_ID = re.compile(r"\S+/(\d+): ")


class Client(Protocol):
    """What is used of confluent_kafka's AdminClient."""

    def list_topics(self, *, timeout: float) -> ClusterMetadata: ...

    def describe_configs(
        self, resources: list[ConfigResource], *, request_timeout: float
    ) -> Mapping[ConfigResource, Future[Any]]: ...

    def poll(self, timeout: float) -> int: ...


class Kafka:
    """One cluster, asked again and again by one client."""

    def __init__(
        self,
        bootstrap_servers: str,
        security: Security,
        make: Callable[[dict[str, Any]], Client] = AdminClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._clock = clock
        self._make = lambda: make(self._settings)
        self._refused: dict[int | None, tuple[float, str]] = {}
        self._settings: dict[str, Any] = {
            **connection_settings(bootstrap_servers, security),
            "error_cb": self._note,
            # What it would say of brokers that are away stands in the heartbeats.
            "log_level": 0,
            "socket.connection.setup.timeout.ms": 5000,
            # Who restarts is to be found again at once.
            "reconnect.backoff.max.ms": 1000,
        }
        self._client = self._make()

    def observe(self) -> Observation:
        """Ask any broker for the cluster's metadata, and then each one for its own configuration.

        Raises:
            Unknown: no broker answers, or one refuses to.
        """
        metadata = self._metadata()
        asked = {number: self._ask(ResourceType.BROKER, [str(number)]) for number in metadata.brokers}
        topics = self._ask(ResourceType.TOPIC, sorted(metadata.topics)) if metadata.topics else {}
        configurations = {
            number: told
            for number, future in asked.items()
            if (told := self._told_by_broker(number, future[str(number)])) is not None
        }
        if asked and not configurations:
            self._begin_anew()
            raise Unknown(f"no broker answers where it says that it is: {_places(metadata)}")
        return Observation(
            controller=metadata.controller_id if metadata.controller_id in metadata.brokers else None,
            hosts={number: str(broker.host) for number, broker in metadata.brokers.items()},
            configurations=configurations,
            partitions={name: _replication(topic) for name, topic in metadata.topics.items()},
            topics={name: _told_of_topic(name, future) for name, future in topics.items()},
        )

    def _metadata(self) -> ClusterMetadata:
        try:
            metadata = self._client.list_topics(timeout=ANSWER_SECONDS)
        except KafkaException as error:
            self._client.poll(0)
            reason = self._refusal(None) or error.args[0].str()
            self._begin_anew()
            raise Unknown(f"no broker of {self._bootstrap_servers} answers: {reason}") from None
        for name, topic in metadata.topics.items():
            if topic.error is not None:
                raise Unknown(f"the topic {name} is not told: {topic.error.str()}")
        return metadata

    def _begin_anew(self) -> None:
        """A client keeps to the brokers that it was told of, and forgets those that it was given."""
        self._client = self._make()

    def _ask(self, kind: ResourceType, names: Sequence[str]) -> dict[str, Future[Any]]:
        resources = [ConfigResource(kind, name) for name in names]
        futures = self._client.describe_configs(resources, request_timeout=ANSWER_SECONDS)
        return {str(resource.name): future for resource, future in futures.items()}

    def _told_by_broker(self, number: int, future: Future[Any]) -> Configuration | None:
        """Its configuration; None while it does not answer, as when it is down."""
        try:
            return _values(future.result(ANSWER_SECONDS + _GRACE_SECONDS))
        except TimeoutError:
            pass
        except KafkaException as error:
            if not _is_silence(error.args[0]):
                reason = error.args[0].str()
                raise Unknown(f"broker {number} does not tell its configuration: {reason}") from None
        self._client.poll(0)
        if reason := self._refusal(number):
            raise Unknown(f"broker {number} can't be asked: {reason}")
        return None

    def _note(self, error: KafkaError) -> None:
        """A broker that is there, but not for this client, must not be taken for one that is down."""
        reason = error.str()
        if error.code() == KafkaError._AUTHENTICATION or "certificate verify failed" in reason:
            found = _BROKER_ID.match(reason)
            self._refused[int(found[1]) if found else None] = (self._clock(), reason)

    def _refusal(self, number: int | None) -> str:
        """Why the broker refused this client lately, or, for None, why anyone did."""
        recent = {
            broker: reason
            for broker, (at, reason) in self._refused.items()
            if self._clock() - at <= REFUSED_SECONDS
        }
        return recent.get(number, "") if number is not None else next(iter(recent.values()), "")


def _is_silence(error: KafkaError) -> bool:
    """Whether the client gave up waiting; the codes of what brokers answer are positive."""
    return error.code() < 0 and error.code() != KafkaError._UNSUPPORTED_FEATURE


def _told_of_topic(name: str, future: Future[Any]) -> Configuration:
    try:
        return _values(future.result(ANSWER_SECONDS + _GRACE_SECONDS))
    except TimeoutError:
        reason = "no answer came in time"
    except KafkaException as error:
        reason = error.args[0].str()
    raise Unknown(f"the configuration of the topic {name} is not told: {reason}")


def _values(entries: Mapping[str, Any]) -> Configuration:
    return {key: entry.value for key, entry in entries.items() if entry.value is not None}


def _replication(topic: TopicMetadata) -> dict[int, Replication]:
    return {
        number: Replication(partition.leader, tuple(partition.replicas), tuple(partition.isrs))
        for number, partition in topic.partitions.items()
    }


def _places(metadata: ClusterMetadata) -> str:
    places: Iterable[str] = (f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())
    return ", ".join(sorted(places))
