"""Azure's rules for names, from Microsoft's "Naming rules and restrictions for Azure resources"."""

import re
from dataclasses import dataclass

from emulator.azure.resource_manager.refusals import Refused

# Some of those at https://learn.microsoft.com/azure/azure-resource-manager/templates/error-reserved-resource-name.
_TRADEMARKS = re.compile(r"(?i).*(microsoft|windows).*|login.*|access|azure|bing|excel|office|onedrive|xbox")


@dataclass(frozen=True)
class NameRule:
    """A rule for the names of one kind of resource: lengths and a pattern."""

    what: str
    """The kind of resource, in messages."""
    shortest: int
    longest: int
    pattern: str
    words: str
    """The pattern in words, in messages."""
    has_endpoint: bool = False
    """Whether the resource has a public endpoint: Azure refuses Microsoft's trademarks in its name then."""

    def require(self, name: str) -> None:
        """Raises Refused for a name that breaks the rule."""
        if self.has_endpoint and _TRADEMARKS.fullmatch(name):
            message = f"The resource name '{name}' or a part of the name is a trademarked or reserved word."
            raise Refused(400, "ReservedResourceName", message)
        if self.shortest <= len(name) <= self.longest and re.fullmatch(self.pattern, name):
            return
        message = (
            f"The {self.what} name '{name}' is invalid: {self.shortest} to {self.longest} characters, "
            f"{self.words}."
        )
        raise Refused(400, "InvalidResourceName", message)


_NETWORKING = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_NETWORKING_WORDS = (
    "letters, digits, underscores, periods and hyphens, a letter or digit first, no period or hyphen last"
)


def networking(what: str, shortest: int = 1, longest: int = 80) -> NameRule:
    """The rule that most types of Microsoft.Network have in common."""
    return NameRule(what, shortest, longest, _NETWORKING, _NETWORKING_WORDS)


VIRTUAL_NETWORK = networking("virtual network", 2, 64)
SUBNET = networking("subnet")
PEERING = networking("virtual network peering")
SECURITY_GROUP = networking("network security group")
PUBLIC_ADDRESS = networking("public IP address")
NAT_GATEWAY = networking("NAT gateway")
RESOURCE_GROUP = NameRule(
    "resource group",
    1,
    90,
    r"[\w().-]*[\w()-]",
    "letters, digits, underscores, parentheses, hyphens and periods, no period last",
)
IDENTITY = NameRule(
    "user-assigned identity",
    3,
    128,
    r"[A-Za-z0-9][A-Za-z0-9_-]*",
    "letters, digits, hyphens and underscores, a letter or digit first",
)
STORAGE_ACCOUNT = NameRule(
    "storage account", 3, 24, r"[a-z0-9]+", "lower-case letters and digits", has_endpoint=True
)
REGISTRY = NameRule("container registry", 5, 50, r"[A-Za-z0-9]+", "letters and digits", has_endpoint=True)
HDINSIGHT_CLUSTER = NameRule(
    "HDInsight cluster",
    3,
    59,
    r"[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]",
    "letters, digits and hyphens, a letter or digit first and last",
    has_endpoint=True,
)
MANAGED_CLUSTER = NameRule(
    "AKS cluster",
    1,
    63,
    r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?",
    "letters, digits, underscores and hyphens, a letter or digit first and last",
    has_endpoint=True,
)
AGENT_POOL = NameRule("agent pool", 1, 12, r"[a-z][a-z0-9]*", "lower-case letters and digits, a letter first")
ROLE_ASSIGNMENT = NameRule(
    "role assignment",
    36,
    36,
    r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "a GUID",
)
