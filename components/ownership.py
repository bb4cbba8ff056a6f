"""Which objects of a Kubernetes cluster are this stack's: those in its state, and those that bear its mark.

An object is made by applying it, which would take over what somebody else has under that name, and the next
`pulumi destroy` would delete it. So before the engine creates an object, in a preview and again in the
deployment, the cluster is asked what is there. What this stack has in its state or has marked is its own: a
run that was killed before it could note what it made is picked up again. Anything else is refused.

Every object names the same field manager as well. By itself Pulumi's provider invents one for each object,
and forgets that of a creation that was killed; the next run would then apply as another, while the first kept
its fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from .cluster.api import ApiRefused, ApiUnreachable, Object, connect
from .cluster.login import KubeconfigUnusable
from .cluster.marks import FIELD_MANAGER, MARK
from .settings.state import Recorded

PLURALS = {
    "v1/Namespace": "namespaces",
    "v1/Service": "services",
    "v1/Secret": "secrets",
    "apps/v1/Deployment": "deployments",
    "batch/v1/Job": "jobs",
    "policy/v1/PodDisruptionBudget": "poddisruptionbudgets",
    "networking.k8s.io/v1/NetworkPolicy": "networkpolicies",
}
"""What the API's paths call the kinds that this program makes."""


@dataclass(frozen=True)
class Ownership:
    """Marks this stack's objects, and keeps it from taking over others'."""

    stack: str
    """Its full name: ORGANIZATION/PROJECT/STACK."""
    kubeconfig: pulumi.Input[str]
    remembered: frozenset[str] = field(default=frozenset(), repr=False)
    """The uids of the objects in the stack's state."""

    @classmethod
    def of_this_stack(cls, kubeconfig: pulumi.Input[str], recorded: Recorded) -> Ownership:
        """`recorded`: what the stack's state holds."""
        stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
        return cls(stack, kubeconfig, uids(recorded))

    @property
    def mark(self) -> str:
        """The value of the label."""
        return hashlib.sha256(self.stack.encode()).hexdigest()[:16]

    @property
    def labels(self) -> dict[str, str]:
        return {MARK: self.mark}

    @property
    def annotations(self) -> dict[str, str]:
        """At most 128 printable characters, says the API: see metav1.ManagedFieldsEntry."""
        return {FIELD_MANAGER: f"aks-kafka-{self.mark}"}

    def guarded(self, component: str) -> pulumi.ResourceHookBinding:
        """The hook that refuses to create what somebody else has made; for the options of every object.

        `component` names it among the program's hooks: call this once for each.
        """

        options = pulumi.ResourceHookOptions(on_dry_run=True)
        hook = pulumi.ResourceHook(f"{component}-is-not-taken-over", self.refuse_others, options)
        return pulumi.ResourceHookBinding(before_create=[hook])

    async def refuse_others(self, args: pulumi.ResourceHookArgs) -> None:
        """Raises NotOurs when what is about to be created is there already, and is not this stack's.

        A deployment must have been told, and raises ApiUnreachable, ApiRefused and KubeconfigUnusable.
        """
        path = path_of(args.new_inputs or {})
        kubeconfig = await _known(self.kubeconfig)
        if path is None or kubeconfig is None:
            return
        try:
            found = await asyncio.to_thread(_read, kubeconfig, path)
        except (ApiRefused, ApiUnreachable, KubeconfigUnusable) as error:
            if not pulumi.runtime.is_dry_run():
                raise
            pulumi.log.warn(f"whether there is {path} already is told by the deployment only: {error}")
            return
        if found is not None and not self.owns(found):
            raise NotOurs(_refusal(found))

    def owns(self, found: Object) -> bool:
        """Whether the object is this stack's."""
        metadata = found["metadata"]
        return metadata.get("uid") in self.remembered or (metadata.get("labels") or {}).get(MARK) == self.mark


class NamespaceUnusable(pulumi.RunError):
    """The namespace that is named as existing is not, or not somebody else's; says what to do."""


class NotOurs(Exception):
    """An object is there that this stack has not made; says which, and what to do."""


def existing_namespace(ownership: Ownership, name: str) -> pulumi.Output[str]:
    """The name of a namespace that somebody else has made, once the cluster says that it is there.

    A preview asks as well. Whoever awaits the output gets NamespaceUnusable where it is not there, or where
    this stack has made it: it would now be deleted.
    """

    async def find(kubeconfig: str) -> str:
        try:
            found = await asyncio.to_thread(_read, kubeconfig, f"/api/v1/namespaces/{name}")
        except ApiRefused as refusal:
            if refusal.status != 403:
                raise
            # Whoever was given a namespace may not always look at it from outside.
            return name
        if found is None:
            raise NamespaceUnusable(
                f"namespace.existing is {name!r}, and the AKS cluster has no such namespace: name one that "
                f"it has (kubectl get namespaces), or set namespace to {name} for one of this stack's own"
            )
        if ownership.owns(found):
            raise NamespaceUnusable(
                f"namespace.existing is {name!r}, which this stack has made itself: `up` would now delete it "
                f"with all that is in it. Set namespace to {name}, or use a stack of its own for what exists"
            )
        return name

    # By itself what a secret leads to is one: hooks could not read the names of objects, nor whose they are.
    return pulumi.Output.unsecret(pulumi.Output.from_input(ownership.kubeconfig).apply(find))


def path_of(inputs: Mapping[str, Any]) -> str | None:
    """Where the API has the object with these inputs; None while something of that is not known."""
    metadata = inputs.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    api_version, name, namespace = inputs.get("apiVersion"), metadata.get("name"), metadata.get("namespace")
    plural = PLURALS[f"{api_version}/{inputs.get('kind')}"]
    if not _is_text(name) or not (namespace is None or _is_text(namespace)):
        return None
    root = f"/api/{api_version}" if "/" not in str(api_version) else f"/apis/{api_version}"
    return f"{root}/namespaces/{namespace}/{plural}/{name}" if namespace else f"{root}/{plural}/{name}"


def uids(outputs: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The uids of the Kubernetes objects among a stack's resources, whose outputs these are, by URN."""
    metadata = (state.get("metadata") for state in outputs.values())
    found = (one.get("uid") for one in metadata if isinstance(one, Mapping))
    return frozenset(uid for uid in found if isinstance(uid, str))


def _refusal(found: Object) -> str:
    kind, metadata = found.get("kind", "object"), found["metadata"]
    name, namespace = metadata["name"], metadata.get("namespace")
    if kind == "Namespace":
        return (
            f"the namespace {name} exists already, and this stack has not made it: it would be taken over, "
            "and deleted with all that is in it by pulumi destroy. Use another name; or, to deploy into one "
            f"that somebody else has made: pulumi config set --path namespace.existing {name}"
        )
    return (
        f"the {kind} {name} in the namespace {namespace} exists already, and this stack has not made it: it "
        "would be taken over, and deleted by pulumi destroy. If another stack deploys there, use another "
        f"namespace; if nobody needs it: kubectl delete {kind.lower()} --namespace {namespace} {name}"
    )


def _read(kubeconfig: str, path: str) -> Object | None:
    with connect(kubeconfig) as api:
        return api.get(path)


async def _known(value: pulumi.Input[str]) -> str | None:
    """The value, unless a deployment has to tell it."""
    output = pulumi.Output.from_input(value)
    return await output.future() if await output.is_known() else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != pulumi.runtime.rpc.UNKNOWN and bool(value)
