"""The services of a Kafka cluster and their components, from Ambari's stack definition.

Source: metainfo.xml of common-services/KAFKA and ZOOKEEPER of Apache Ambari 2.7.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Component:
    """A component of a service. Masters have a process, clients have none."""

    name: str
    service: str
    category: Literal["MASTER", "CLIENT"]
    display_name: str


@dataclass(frozen=True)
class Service:
    """A service: the configuration types that it owns, and all types whose change makes it stale."""

    name: str
    types: frozenset[str]
    dependencies: frozenset[str]


COMPONENTS = {
    component.name: component
    for component in (
        Component("KAFKA_BROKER", "KAFKA", "MASTER", "Kafka Broker"),
        Component("ZOOKEEPER_SERVER", "ZOOKEEPER", "MASTER", "ZooKeeper Server"),
        Component("ZOOKEEPER_CLIENT", "ZOOKEEPER", "CLIENT", "ZooKeeper Client"),
    )
}

_KAFKA_TYPES = frozenset(
    {
        "kafka-broker",
        "kafka-env",
        "kafka-log4j",
        "kafka_client_jaas_conf",
        "kafka_jaas_conf",
        "ranger-kafka-audit",
        "ranger-kafka-plugin-properties",
        "ranger-kafka-policymgr-ssl",
        "ranger-kafka-security",
    }
)

SERVICES = {
    service.name: service
    for service in (
        Service("KAFKA", _KAFKA_TYPES, _KAFKA_TYPES | {"zookeeper-env", "zoo.cfg"}),
        Service(
            "ZOOKEEPER",
            frozenset({"zookeeper-env", "zoo.cfg", "zookeeper-log4j"}),
            frozenset({"zookeeper-env", "zoo.cfg", "zookeeper-log4j"}),
        ),
    )
}

RESTARTED_AFTER_RACK_CHANGE = frozenset({"KAFKA"})
"""Services with restartRequiredAfterRackChange."""

RESTARTED_AFTER_CHANGE = frozenset({"KAFKA"})
"""Services with restartRequiredAfterChange: adding or removing a master makes the other masters stale."""

PROPERTY_TYPES = {"kafka-env": {"USER": ["kafka_user"], "KERBEROS_PRINCIPAL": ["kafka_principal_name"]}}
"""By configuration type: Ambari's property types (USER, KERBEROS_PRINCIPAL), each with its properties."""

_START_ORDER = ("ZOOKEEPER_SERVER", "ZOOKEEPER_CLIENT", "KAFKA_BROKER")


def service_of_type(config_type: str) -> str | None:
    """The service that owns a configuration type; None for cluster-env and for unknown types."""
    return next((service.name for service in SERVICES.values() if config_type in service.types), None)


def services_made_stale(config_type: str) -> list[str]:
    """The services whose components need a restart after a change of this type."""
    return [service.name for service in SERVICES.values() if config_type in service.dependencies]


def in_start_order(components: Iterable[str]) -> list[str]:
    """The distinct component names in the order in which the stages of a request start them."""
    return sorted(set(components), key=_START_ORDER.index)
