"""KafkaView: a pod in AKS that says, in its log, what Kafka says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from .app_namespace import AppNamespace
from .exposure import EXISTS
from .pods import container, pod

NAME = "kafka-view"
"""Of the Deployment."""
COMPONENT = {"app.kubernetes.io/component": NAME}
"""The label by which whoever reads the log finds the pod, and its ReplicaSet while there is no pod."""
LABELS = {"app.kubernetes.io/name": NAME, **COMPONENT}
MEMORY = "256Mi"
"""Memory limit; the view of 300 brokers with 10,000 partitions takes less."""
HOSTS = "aks-kafka/hosts"
"""Annotation of the pod with the text of its /etc/hosts."""


@dataclass(frozen=True)
class KafkaViewArgs:
    """Arguments of KafkaView.

    namespace: where the pod goes, with the login to Kafka.
    image: that of the test application.
    brokers: `host` and `ip` of each, as Ambari knows them.
    """

    namespace: AppNamespace
    image: pulumi.Input[str]
    brokers: pulumi.Input[Sequence[Mapping[str, str]]]


class KafkaView(pulumi.ComponentResource):
    """A Deployment of one pod, which asks brokers, takes no visitors and has no rights in the cluster.

    Nobody waits for the pod: whoever reads its log does, and can do without. `opts` has to hold a Kubernetes
    provider, and dependencies on whatever makes the brokers reachable and the image pullable.
    """

    def __init__(self, name: str, args: KafkaViewArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:KafkaView", name, None, opts)
        namespace = args.namespace
        kubernetes.apps.v1.Deployment(
            NAME,
            metadata=namespace.metadata(NAME, EXISTS, labels=LABELS),
            spec=kubernetes.apps.v1.DeploymentSpecArgs(
                replicas=1,
                selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=LABELS),
                # While an image can't be pulled, the pod of before goes on.
                strategy=kubernetes.apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=kubernetes.apps.v1.RollingUpdateDeploymentArgs(
                        max_surge=1, max_unavailable=0
                    ),
                ),
                template=kubernetes.core.v1.PodTemplateSpecArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(
                        labels={**LABELS, **namespace.labels},
                        annotations={HOSTS: pulumi.Output.from_input(args.brokers).apply(hosts)},
                    ),
                    spec=pod(
                        container(
                            NAME,
                            args.image,
                            ["view"],
                            {"KAFKA_BOOTSTRAP_SERVERS": namespace.bootstrap_servers},
                            memory=MEMORY,
                            further=namespace.login,
                            mounts=[_hosts_mount()],
                        ),
                        restart_policy="Always",
                        volumes=[_hosts_volume()],
                    ),
                ),
            ),
            opts=namespace.options(self),
        )
        self.register_outputs({})


def hosts(brokers: Sequence[Mapping[str, str]]) -> str:
    """The text of an /etc/hosts by which brokers' names resolve, full and short.

    A pod's `hostAliases` would do, but for names that are no RFC 1123 subdomains: Kubernetes refuses the pod
    for one. A host of HDInsight's has such a name where the first six characters of its cluster's end with a
    hyphen. So a file takes the place of the one that a kubelet writes, which leaves a container alone that
    mounts something there (makeMounts in Kubernetes' pkg/kubelet/kubelet_pods.go).
    """
    lines = ["127.0.0.1\tlocalhost"]
    for broker in sorted(brokers, key=lambda one: (one["ip"], one["host"])):
        names = dict.fromkeys([broker["host"], broker["host"].partition(".")[0]])
        lines.append("\t".join([broker["ip"], *names]))
    return "\n".join(lines) + "\n"


def _hosts_volume() -> kubernetes.core.v1.VolumeArgs:
    field = kubernetes.core.v1.ObjectFieldSelectorArgs(field_path=f"metadata.annotations['{HOSTS}']")
    file = kubernetes.core.v1.DownwardAPIVolumeFileArgs(path="hosts", field_ref=field)
    source = kubernetes.core.v1.DownwardAPIVolumeSourceArgs(items=[file])
    return kubernetes.core.v1.VolumeArgs(name="hosts", downward_api=source)


def _hosts_mount() -> kubernetes.core.v1.VolumeMountArgs:
    return kubernetes.core.v1.VolumeMountArgs(name="hosts", mount_path="/etc/hosts", sub_path="hosts")
