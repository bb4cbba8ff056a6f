"""AppNamespace: where the application's pods go, and what has to be there before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from .assigned import assigned_name
from .kafka_login import KafkaLogin, login_variables
from .namespace_guard import NamespaceGuard
from .network_policy import network_policy_spec
from .ownership import Ownership, existing_namespace
from .settings.state import Recorded

NAME = "kafka-test-app"
LABELS = {"app.kubernetes.io/name": NAME}
FORMER_PARENT = ("app", "aks-kafka:index:KafkaTestApp")
"""Name and type of the component of which states of versions up to 0.1 hold the same objects as children."""


@dataclass(frozen=True)
class AppNamespaceArgs:
    """Arguments of AppNamespace.

    kubeconfig: asks what is there already, and what is left in the end.
    recorded: what the stack's state holds, by which its own objects are known again.
    deleted_with: what is deleted only together with the AKS cluster, so that nothing in it has to be deleted
    one by one; None for an existing cluster.
    exists: somebody else has made the namespace, so it is neither created nor deleted.
    network_policy: whether pods may talk to visitors, at `ports`, and brokers only.
    bootstrap_servers: host:port, comma-separated, of the listener that `login` is for.
    """

    kubeconfig: pulumi.Input[str]
    recorded: Recorded = field(repr=False)
    deleted_with: pulumi.Resource | None
    name: str
    exists: bool
    network_policy: bool
    ports: Sequence[int]
    bootstrap_servers: pulumi.Input[str]
    login: KafkaLogin


class AppNamespace(pulumi.ComponentResource):
    """A namespace, new or existing, with a network policy and the login to Kafka for pods of the program's.

    `opts` has to hold a Kubernetes provider. Components that make objects in it take it as an argument, and
    give these the metadata and the options that it makes.
    """

    name: pulumi.Output[str]
    """Known once the namespace is there."""
    declared_name: str
    """The same as it was asked for."""
    kubeconfig: pulumi.Input[str]
    """Reads what Pulumi's Kubernetes provider doesn't show, such as pods."""
    recorded: Recorded
    """What the stack's state holds."""
    labels: Mapping[str, str]
    """Of every object and every pod: they bear the stack's mark."""
    bootstrap_servers: pulumi.Input[str]
    login: Sequence[kubernetes.core.v1.EnvVarArgs]
    """The image's environment variables by which it logs in to Kafka."""

    def __init__(self, name: str, args: AppNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:AppNamespace", name, None, opts)
        self._args = args
        self._ownership = Ownership.of_this_stack(args.kubeconfig, args.recorded)
        self._hooks = self._ownership.guarded(name)
        self.kubeconfig, self.bootstrap_servers = args.kubeconfig, args.bootstrap_servers
        self.recorded = args.recorded
        self.labels, self.declared_name = self._ownership.labels, args.name
        self.name, self._before = self._namespace()
        if args.network_policy:
            self._before = [*self._before, self._network_policy()]
        self.login = login_variables(args.login, args.recorded, self._metadata, self._moved())
        self.register_outputs({"name": self.name})

    def metadata(
        self,
        name: pulumi.Input[str],
        annotations: Mapping[str, str] | None = None,
        *,
        labels: Mapping[str, str],
    ) -> kubernetes.meta.v1.ObjectMetaArgs:
        """Of an object in the namespace."""
        return kubernetes.meta.v1.ObjectMetaArgs(
            name=name,
            namespace=self.name,
            labels={**labels, **self.labels},
            annotations={**self._ownership.annotations, **(annotations or {})},
        )

    def options(
        self, parent: pulumi.Resource, *after: pulumi.Resource, **more: Any
    ) -> pulumi.ResourceOptions:
        """Of an object in the namespace, made after what it needs and never taken over from somebody else."""
        return pulumi.ResourceOptions(
            parent=parent,
            depends_on=[*self._before, *after],
            hooks=self._hooks,
            deleted_with=self._args.deleted_with,
            **more,
        )

    def _namespace(self) -> tuple[pulumi.Output[str], Sequence[pulumi.Resource]]:
        """Its name, and what has to be there before an object in it is made."""
        args = self._args
        if args.exists:
            return existing_namespace(self._ownership, args.name), []
        namespace = kubernetes.core.v1.Namespace(
            "namespace",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=args.name, labels=self._ownership.labels, annotations=self._ownership.annotations
            ),
            opts=pulumi.ResourceOptions(
                parent=self, hooks=self._hooks, deleted_with=args.deleted_with, aliases=[_former()]
            ),
        )
        guard = NamespaceGuard(
            "namespace-guard",
            args.kubeconfig,
            assigned_name(namespace),
            self._ownership.mark,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[namespace], deleted_with=args.deleted_with, aliases=[_former()]
            ),
        )
        return assigned_name(namespace), [guard]

    def _network_policy(self) -> pulumi.Resource:
        spec = network_policy_spec(self.labels, self._args.ports, self.bootstrap_servers)
        return kubernetes.networking.v1.NetworkPolicy(
            "network-policy", metadata=self._metadata(NAME), spec=spec, opts=self._moved()
        )

    def _metadata(self, name: pulumi.Input[str]) -> kubernetes.meta.v1.ObjectMetaArgs:
        return self.metadata(name, labels=LABELS)

    def _moved(self) -> pulumi.ResourceOptions:
        return self.options(self, aliases=[_former()])


def _former() -> pulumi.Alias:
    """By which an object stays that a state holds below another component."""
    return pulumi.Alias(parent=pulumi.create_urn(*FORMER_PARENT))
