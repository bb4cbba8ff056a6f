"""Says that a resource group which a stack is about to make is there already, and what that means."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import resources


def told_when_it_exists(name: str) -> pulumi.ResourceHookBinding:
    """Hooks that log a warning before the resource group `name` is created where there is one.

    azure-native refuses to create what exists, in the deployment alone and without a word of why. The engine
    runs the hooks in a preview, too, and only for a stack that has no group in its state: a new one, whose
    names another stack has, or one that has lost its state. Whatever keeps Azure from being asked is left to
    the deployment.
    """

    def tell(_: pulumi.ResourceHookArgs) -> None:
        try:
            resources.get_resource_group(resource_group_name=name)
        except Exception:  # noqa: BLE001 - Pulumi raises nothing more specific
            return
        pulumi.log.warn(already_there(name))

    options = pulumi.ResourceHookOptions(on_dry_run=True)
    return pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook("group-exists", tell, options)])


def already_there(name: str) -> str:
    """What is said of a group that exists and is not in the stack's state."""
    return (
        f"The resource group {name} exists already, and is not in the state of stack {pulumi.get_stack()}: "
        "pulumi up will stop at it before it makes anything. If it is another stack's, choose another "
        "resourceGroup for this one, and other names with it; if it is yours to use: pulumi config set "
        f"--path group.existing.name {name}; if this stack has made it and lost its state, see "
        "docs/operations.md."
    )
