"""Credentials, provider and pulling identity of an AKS cluster, new or existing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from .cluster.login import for_nobody


def kubeconfig_of(
    resource_group: pulumi.Input[str], name: pulumi.Input[str], opts: pulumi.InvokeOutputOptions
) -> pulumi.Output[str]:
    """The kubeconfig that Azure gives whoever deploys, with a login that asks nobody; a secret."""
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=resource_group, resource_name=name, opts=opts
    )
    # While the arguments are not known, Pulumi's SDK forgets what the function's output depends on, and a
    # saved plan would lack dependencies that `pulumi up --plan` then finds added.
    known = pulumi.Output.all(resource_group, name, credentials.kubeconfigs.apply(_first_kubeconfig))
    return pulumi.Output.secret(known.apply(lambda all_known: all_known[2]))


def kubernetes_provider(
    name: str,
    kubeconfig: pulumi.Output[str],
    cluster_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> kubernetes.Provider:
    """A provider of resources inside the cluster with this id; `name` is that of the cluster's component."""
    return kubernetes.Provider(
        f"{name}-kubernetes",
        kubeconfig=kubeconfig,
        # Without it renewed credentials look like another cluster, and replace everything in this one.
        cluster_identifier=cluster_id,
        # An `up` that was killed may have created objects that state does not know; the next one updates them
        # instead of failing. What is somebody else's is refused before it is created (`ownership`). In return
        # a resource that is renamed in this program needs an alias, or its object is deleted.
        upsert_existing_objects=True,
        # Objects of earlier versions have field managers at random, which own what they once set.
        enable_patch_force=True,
        opts=opts,
    )


def kubelet_principal_id(
    identities: Mapping[str, containerservice.outputs.UserAssignedIdentityManagedClusterResponse] | None,
) -> str:
    """The principal of the nodes' identity, which pulls images. Raises pulumi.RunError without one."""
    identity = (identities or {}).get("kubeletidentity")
    if identity is None or identity.object_id is None:
        raise pulumi.RunError("AKS reports no kubelet identity, so nobody can be allowed to pull images")
    return identity.object_id


def _first_kubeconfig(kubeconfigs: Sequence[containerservice.outputs.CredentialResultResponse]) -> str:
    return for_nobody(base64.b64decode(kubeconfigs[0].value).decode())
