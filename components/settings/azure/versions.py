"""Rules for versions of Kubernetes."""

import functools
import re
from collections.abc import Mapping
from datetime import date, timedelta

from .. import recorded
from ..validation import leniency
from ..validation.mistakes import broken

SUPPORTED = "https://learn.microsoft.com/azure/aks/supported-kubernetes-versions"
UPGRADES = "https://learn.microsoft.com/azure/aks/auto-upgrade-cluster"
OLDEST_MINOR = 30
"""The first minor version with the sleep action of preStop, which the application's pods use:
https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations."""

SUGGESTED = "1.36"
"""One behind the newest in AKS's calendar, `recorded/aks-versions.toml`."""
NOTICE = timedelta(days=90)
"""How long before the end of a version's support a preview begins to warn."""


def kubernetes(value: str) -> str:
    """The rule for a version of Kubernetes that this program supports; an empty one is AKS's default."""
    found = re.fullmatch(r"1\.(0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2}))?", value)
    if value and not found:
        rule = "must be MAJOR.MINOR or MAJOR.MINOR.PATCH, or empty for AKS's default"
        raise broken(rule, source=SUPPORTED, right=SUGGESTED)
    if found and int(found[1]) < OLDEST_MINOR:
        raise broken(
            f"must be 1.{OLDEST_MINOR} or newer: the application's pods need it",
            source=SUPPORTED,
            right=SUGGESTED,
        )
    return value


def channel_for(version: str) -> str:
    """The upgrade channel that goes with a `version` that is set: what it leaves open; empty without one."""
    if not version:
        return ""
    return "none" if _is_exact(version) else "patch"


def upgraded_by_itself(channel: str, version: str) -> str:
    """The rule that the upgrade `channel` does not go beyond the `version` that is set, if one is.

    Otherwise AKS would upgrade, and the next `pulumi up` would ask for a downgrade, which AKS refuses.
    """
    if channel == "patch" and _is_exact(version):
        rule, right = "newer patch versions", f"none, or kubernetesVersion {version.rpartition('.')[0]}"
    elif channel in ("stable", "rapid") and version:
        rule, right = "newer minor versions", "none or patch, or no kubernetesVersion"
    else:
        return channel
    raise broken(f"must not bring {rule} where kubernetesVersion is {version}", source=UPGRADES, right=right)


def warn_of_end(channel: str, version: str, today: date) -> None:
    """Warn of a `version` that AKS soon supports no longer, where the upgrade `channel` stays with it."""
    minor = ".".join(version.split(".")[:2])
    end = ends().get(minor)
    if end is None or channel not in ("none", "patch") or today < end - NOTICE:
        return
    ended = "ended" if end < today else "ends"
    leniency.advise(
        f"AKS's support of Kubernetes {minor} {ended} on {end:%d %B %Y}, and aksUpgradeChannel {channel} "
        "stays with it. Set a newer kubernetesVersion, or leave it out and have aksUpgradeChannel stable "
        f"({SUPPORTED})."
    )


@functools.cache
def ends() -> Mapping[str, date]:
    """The last day on which AKS supports a minor version of Kubernetes, without long-term support."""
    return recorded.read("aks-versions")["ends"]


def _is_exact(version: str) -> bool:
    """Whether a version says its patch, too."""
    return version.count(".") == 2
