"""What the program puts into Kubernetes, declared with the same arguments but for what a test says."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.resource import DependencyResource

from components.app_namespace import AppNamespace, AppNamespaceArgs
from components.kafka_login import KafkaLogin
from components.kafka_view import KafkaView, KafkaViewArgs
from components.settings.objects.app_limits import AppLimits
from components.workload import PORTS, KafkaTestApp, KafkaTestAppArgs
from tests.unit.recording import Deployment, deploy

CLUSTER = "urn:pulumi:test::aks-kafka::azure-native:hdinsight:Cluster::kafka-cluster"
AKS = "urn:pulumi:test::aks-kafka::azure-native:containerservice:ManagedCluster::aks-cluster"
IMAGE = "contosokafka.azurecr.io/kafka-test-app:0123456789abcdef"
SERVERS = "10.10.0.9:9092,10.10.0.10:9092"
TOPICS = [{"name": "messages", "partitions": 6, "replicationFactor": 3, "config": {"retention.ms": "1000"}}]
BROKERS = [
    {"host": "wn1-mykafk.x.internal.cloudapp.net", "ip": "10.10.0.10", "rack": "/default-rack"},
    {"host": "wn0-mykafk.x.internal.cloudapp.net", "ip": "10.10.0.9", "rack": "/default-rack"},
]
_PLACE: dict[str, Any] = {
    "kubeconfig": "kubeconfig",
    "recorded": {},
    "deleted_with": DependencyResource(AKS),
    "name": "kafka-test",
    "exists": False,
    "network_policy": True,
    "ports": PORTS,
    "bootstrap_servers": SERVERS,
    "login": KafkaLogin("PLAINTEXT"),
}
_APP: dict[str, Any] = {
    "kafka": DependencyResource(CLUSTER),
    "image": IMAGE,
    "topics": TOPICS,
    "topic": "messages",
    "replicas": 2,
    "port": 80,
    "exposure": "public",
    "source_ranges": ["203.0.113.7/32"],
    "open_to_the_world": False,
    "hosts": (),
    "access_token": None,
    "limits": AppLimits(),
}


def declare(*, token: str = "", **changes: Any) -> Deployment:
    """The namespace `app-namespace` with the application `app` in it; `changes` are arguments of either."""

    def program() -> None:
        options, place = _cluster(changes)
        secret = {"access_token": pulumi.Output.secret(token)} if token else {}
        asked = {**_APP, **secret, **_of(_APP, changes)}
        app = KafkaTestApp("app", KafkaTestAppArgs(namespace=place, **asked), options)
        pulumi.export("url", app.url)
        pulumi.export("roundTrip", app.round_trip_milliseconds)

    return deploy(program)


def declare_view(**changes: Any) -> Deployment:
    """The same namespace with the component `view` in it."""

    def program() -> None:
        options, place = _cluster(changes)
        asked = {"image": IMAGE, "brokers": BROKERS}
        KafkaView("view", KafkaViewArgs(namespace=place, **{**asked, **_of(asked, changes)}), options)

    return deploy(program)


def _cluster(changes: dict[str, Any]) -> tuple[pulumi.ResourceOptions, AppNamespace]:
    provider = kubernetes.Provider("cluster", kubeconfig="kubeconfig")
    ready = kubernetes.Provider("ready")
    arguments = AppNamespaceArgs(**{**_PLACE, **_of(_PLACE, changes)})
    place = AppNamespace("app-namespace", arguments, pulumi.ResourceOptions(provider=provider))
    return pulumi.ResourceOptions(provider=provider, depends_on=[ready]), place


def _of(arguments: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name in arguments}
