"""Rules for versions of Kubernetes."""

from .mistakes import broken

UPGRADES = "https://learn.microsoft.com/azure/aks/auto-upgrade-cluster"


def upgraded_by_itself(channel: str, version: str) -> str:
    """A `channel` of upgrades that never changes the `version` that is asked for; "" asks for none.

    Otherwise AKS would go on from it, and the next `pulumi up` would ask for a downgrade, which AKS refuses.
    """
    parts = len(version.split(".")) if version else 0
    if channel == "patch" and parts > 2:
        rule, right = "newer patch versions", f"none, or kubernetesVersion {version.rpartition('.')[0]}"
    elif channel in ("stable", "rapid") and parts:
        rule, right = "newer minor versions", "none or patch, or no kubernetesVersion"
    else:
        return channel
    raise broken(f"must not bring {rule} where kubernetesVersion is {version}", source=UPGRADES, right=right)
