"""NamespaceGuard: the dynamic resource that lets a namespace be deleted only when nothing of others is in it.

It stands between a namespace and the objects that the stack makes in it: they are deleted first, then this
looks at what is left, and fails as long as that is somebody else's, so that the namespace stays.
The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, UpdateResult

from .cluster.api import ApiRefused, ApiUnreachable, connect
from .cluster.leftovers import Survey, survey
from .cluster.login import KubeconfigUnusable
from .running.provider import OwnProvider

KEPT = ("kubeconfig", "namespace", "mark")
MOST_NAMED = 20
"""Objects that a message names."""


class NamespaceGuard(pulumi.dynamic.Resource, module="kubernetes", name="NamespaceGuard"):
    """Depends on a namespace of the stack's; what is made in the namespace has to depend on this."""

    def __init__(
        self,
        name: str,
        kubeconfig: pulumi.Input[str],
        namespace: pulumi.Input[str],
        mark: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`mark` is what the stack's own objects bear: see `ownership`."""
        secret = pulumi.Output.secret(kubeconfig)
        inputs = {"kubeconfig": secret, "namespace": namespace, "mark": mark}
        guarded = pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"])
        super().__init__(NamespaceGuardProvider(), name, inputs, pulumi.ResourceOptions.merge(guarded, opts))


class NotEmpty(Exception):
    """Somebody else's objects are in the namespace; says which, and what to do."""


class NamespaceGuardProvider(OwnProvider):
    """Asks nothing but when it is deleted, with the credentials by which the stack deployed last."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = ["namespace"] if _olds.get("namespace") != _news.get("namespace") else []
        return DiffResult(
            changes=any(_olds.get(name) != _news.get(name) for name in KEPT),
            replaces=replaces,
            delete_before_replace=False,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["namespace"], {name: props[name] for name in KEPT})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult({name: _news[name] for name in KEPT})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        namespace = _props["namespace"]
        try:
            with connect(_props["kubeconfig"]) as api:
                if api.get(f"/api/v1/namespaces/{namespace}") is None:
                    return
                left = survey(api, namespace, _props["mark"])
        except (ApiRefused, ApiUnreachable, KubeconfigUnusable) as failure:
            raise NotEmpty(
                f"whether something of somebody else's is in the namespace {namespace} can't be told, so it "
                f"stays: {failure} If the cluster exists no more, or nothing there is needed, `pulumi state "
                "delete` of this resource makes the stack forget to look."
            ) from failure
        refuse(namespace, left)


def refuse(namespace: str, left: Survey) -> None:
    """Raises NotEmpty when something is left; prints the kinds at which nobody could look."""
    unlisted = (
        f" Not looked at, since these can't be listed: {_listed(left.unlisted)}." if left.unlisted else ""
    )
    if left.foreign:
        raise NotEmpty(
            f"the namespace {namespace} holds what this stack has not made, and would be deleted with it: "
            f"{_listed(left.foreign)}.{unlisted} Move or delete that, or keep the namespace: `pulumi state "
            "delete` of this resource and of the namespace makes the stack forget both."
        )
    if unlisted:
        print(f"namespace {namespace}:{unlisted}", file=sys.stderr, flush=True)


def _listed(items: Sequence[object]) -> str:
    more = f", and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else ""
    return ", ".join(map(str, items[:MOST_NAMED])) + more
