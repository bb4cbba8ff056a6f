"""Rules for what can be reached from the Internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .resource import UNKNOWN, Resource, value_at
from .rule import Finding, Rule
from .security_rules import covers, inbound, ports, sources
from .sources import is_outside, is_world

OPEN_TO_THE_WORLD = "aks-kafka/open-to-the-world"
"""Annotation of a Service that everybody may reach; its value says who decided so."""
INTERNAL_BALANCER = "service.beta.kubernetes.io/azure-load-balancer-internal"
"""AKS's annotation of a Service with an internal load balancer."""
KAFKA_PORTS = {2181: "ZooKeeper", 9092: "Kafka", 9093: "Kafka over TLS", 9400: "Kafka's REST proxy"}
"""HDInsight's ports of Kafka, besides those of the stack's own brokers: https://learn.microsoft.com/azure/hdinsight/hdinsight-hadoop-port-settings-for-services."""


def is_public_balancer(resource: Resource) -> bool:
    """Whether a resource is a Service with a load balancer that has a public address."""
    annotations = resource.at("metadata.annotations") or {}
    return (
        resource.type == "kubernetes:core/v1:Service"
        and resource.at("spec.type") == "LoadBalancer"
        and not (isinstance(annotations, Mapping) and annotations.get(INTERNAL_BALANCER) == "true")
    )


def unsaid_openness(resource: Resource) -> Iterator[Finding]:
    """A resource that everybody may reach without an annotation that says so."""
    if is_public_balancer(resource):
        yield from _open_balancer(resource)
    for path, rule in inbound(resource):
        for place, source in sources(rule):
            if is_world(source):
                yield f"{path}{place}", source


def kafka_outside(resource: Resource) -> Iterator[Finding]:
    """A load balancer or security rule that opens a port of Kafka or ZooKeeper to addresses outside."""
    forbidden = resource.broker_ports | KAFKA_PORTS.keys()
    if is_public_balancer(resource) or _is_node_port(resource):
        for path, port in resource.items("spec.ports"):
            for name in ("port", "targetPort"):
                if port.get(name) in forbidden:
                    yield f"{path}.{name}", port[name]
    for path, rule in inbound(resource):
        if any(is_outside(source) for _, source in sources(rule)):
            for place, opened in ports(rule):
                if any(covers(opened, port) for port in forbidden):
                    yield f"{path}{place}", opened


def public_blobs(resource: Resource) -> Iterator[Finding]:
    """A storage account or registry that allows anonymous reads."""
    if resource.type == "azure-native:storage:StorageAccount":
        value = resource.at("allowBlobPublicAccess")
        if value is not UNKNOWN and value is not False:
            yield "allowBlobPublicAccess", value
    if (
        resource.type == "azure-native:containerregistry:Registry"
        and resource.at("anonymousPullEnabled") is True
    ):
        yield "anonymousPullEnabled", True


def open_kubernetes_api(resource: Resource) -> Iterator[Finding]:
    """An API server in production without authorized IP ranges."""
    if resource.type != "azure-native:containerservice:ManagedCluster" or not resource.in_production:
        return
    access = resource.at("apiServerAccessProfile")
    if access is UNKNOWN or value_at(access, "enablePrivateCluster") is True:
        return
    path = "apiServerAccessProfile.authorizedIPRanges"
    ranges = resource.at(path)
    if not ranges:
        yield path, ranges
    for place, source in resource.items(path):
        if is_world(source):
            yield place, source


def _is_node_port(resource: Resource) -> bool:
    return resource.type == "kubernetes:core/v1:Service" and resource.at("spec.type") == "NodePort"


def _open_balancer(resource: Resource) -> Iterator[Finding]:
    path = "spec.loadBalancerSourceRanges"
    ranges = resource.at(path)
    if ranges is not UNKNOWN and not ranges:
        yield path, ranges
    annotations = resource.at("metadata.annotations")
    said = annotations is UNKNOWN or bool((annotations or {}).get(OPEN_TO_THE_WORLD))
    for place, source in resource.items(path):
        if is_world(source) and not said:
            yield place, source


SAID_WHEN_OPEN = Rule(
    name="said-when-open",
    demand="must name who may come; a Service that is for everybody says so in the annotation "
    + OPEN_TO_THE_WORLD,
    why="a Service without ranges is open to the whole Internet, and nobody may have wanted that",
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard#restrict-inbound-traffic-to-specific-ip-ranges",
    find=unsaid_openness,
)
KAFKA_INSIDE = Rule(
    name="kafka-inside",
    demand="must not lead to a port of Kafka or ZooKeeper from outside the networks",
    why="brokers here ask nobody who they are: whoever reaches one reads and writes every topic",
    source="https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-connect-vpn-gateway",
    find=kafka_outside,
)
NOTHING_ANONYMOUS = Rule(
    name="nothing-anonymous",
    demand="must be false",
    why="data or images could be read by anybody who knows the name",
    source="https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    find=public_blobs,
)
KUBERNETES_API_IN_PRODUCTION = Rule(
    name="kubernetes-api-in-production",
    demand="must name the ranges that may reach the API server, unless the cluster is private",
    why="whoever gets hold of a kubeconfig could use it from anywhere",
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    find=open_kubernetes_api,
)
