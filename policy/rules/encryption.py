"""Rules for encrypted transport: minimum TLS version, no plain HTTP."""

from collections.abc import Iterator

from .resource import UNKNOWN, Resource
from .rule import Finding, Rule

LEAST_TLS = {
    "azure-native:storage:StorageAccount": ("minimumTlsVersion", {"TLS1_2", "TLS1_3"}),
    "azure-native:hdinsight:Cluster": ("properties.minSupportedTlsVersion", {"1.2", "1.3"}),
}
"""The property with the minimum TLS version, by type, and the values that are high enough."""


def old_tls(resource: Resource) -> Iterator[Finding]:
    """A service that accepts TLS below 1.2, or leaves the minimum to Azure's default."""
    path, enough = LEAST_TLS.get(resource.type, ("", set()))
    if path and (value := resource.at(path)) is not UNKNOWN and value not in enough:
        yield path, value


def plain_http(resource: Resource) -> Iterator[Finding]:
    """Storage that answers over plain HTTP."""
    if resource.type == "azure-native:storage:StorageAccount":
        value = resource.at("enableHttpsTrafficOnly")
        if value is not UNKNOWN and value is not True:
            yield "enableHttpsTrafficOnly", value


MINIMUM_TLS = Rule(
    name="minimum-tls",
    demand="must be 1.2 or later, and be said",
    why="TLS 1.0 and 1.1 can be broken, and a default is not the same for every API version",
    source="https://learn.microsoft.com/azure/storage/common/transport-layer-security-configure-minimum-version",
    find=old_tls,
)
HTTPS_ONLY = Rule(
    name="https-only",
    demand="must be true",
    why="over plain HTTP everybody on the way reads tokens and data",
    source="https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer",
    find=plain_http,
)
