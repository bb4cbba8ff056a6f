"""Rules for tags, and for the protection of data in production."""

from collections.abc import Iterator

from .resource import ENVIRONMENT_TAG, UNKNOWN, Resource
from .rule import Finding, Rule

UNTAGGED = frozenset(
    {
        "azure-native:authorization:RoleAssignment",
        "azure-native:containerregistry:ScopeMap",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "azure-native:network:SecurityRule",
        "azure-native:network:Subnet",
        "azure-native:network:VirtualNetworkPeering",
        "azure-native:storage:BlobContainer",
    }
)
"""Types of Azure's that can't have tags; each belongs to a resource that can."""
HOLDING_DATA = frozenset({"azure-native:hdinsight:Cluster", "azure-native:storage:StorageAccount"})


def missing_tags(resource: Resource) -> Iterator[Finding]:
    """A resource in Azure without the tag `environment`."""
    if resource.type.startswith("azure-native:") and resource.type not in UNTAGGED:
        path = f"tags.{ENVIRONMENT_TAG}"
        value = resource.at(path)
        if value is not UNKNOWN and not value:
            yield path, value


def unprotected_data(resource: Resource) -> Iterator[Finding]:
    """A Kafka cluster or its storage in production without Pulumi's `protect`."""
    if resource.type in HOLDING_DATA and resource.in_production and not resource.protect:
        yield "the resource option protect", resource.protect


TAGS = Rule(
    name="tags",
    demand="must say which environment the resource belongs to",
    why="costs can't be told apart otherwise, and the rules of production can't hold",
    source="https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-tagging",
    find=missing_tags,
)
DATA_PROTECTED_IN_PRODUCTION = Rule(
    name="data-protected-in-production",
    demand="must be true (pulumi config set protect true)",
    why="a changed setting that Azure can't change in place would delete the messages",
    source="https://www.pulumi.com/docs/iac/concepts/options/protect/",
    find=unprotected_data,
)
