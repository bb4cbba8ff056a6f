"""Rules for identities: roles, administrators, keys and passwords."""

from __future__ import annotations

from collections.abc import Iterator

from .resource import UNKNOWN, Resource, value_at
from .rule import Finding, Rule

ADMINISTRATORS = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}
"""Built-in roles that administer: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles."""


def admin_users(resource: Resource) -> Iterator[Finding]:
    """A registry with its admin user enabled, or an AKS cluster without Kubernetes RBAC."""
    if resource.type == "azure-native:containerregistry:Registry" and resource.at("adminUserEnabled") is True:
        yield "adminUserEnabled", True
    if resource.type == "azure-native:containerservice:ManagedCluster" and resource.at("enableRBAC") is False:
        yield "enableRBAC", False


def administrator_roles(resource: Resource) -> Iterator[Finding]:
    """A role assignment that gives an identity of the program an administrator's role."""
    if resource.type == "azure-native:authorization:RoleAssignment":
        definition = resource.at("roleDefinitionId")
        role = ADMINISTRATORS.get(str(definition).rsplit("/", 1)[-1].lower())
        if role:
            yield "roleDefinitionId", f"{definition} ({role})"


def keys(resource: Resource) -> Iterator[Finding]:
    """A storage key, SSH password or service principal, where a managed identity or public key would do."""
    if resource.type == "azure-native:hdinsight:Cluster":
        yield from _keys_of_hdinsight(resource)
    if resource.type == "azure-native:containerservice:ManagedCluster":
        for path in ("servicePrincipalProfile.secret", "windowsProfile.adminPassword"):
            if resource.at(path) is not None:
                yield path, HIDDEN


def _keys_of_hdinsight(resource: Resource) -> Iterator[Finding]:
    for path, account in resource.items("properties.storageProfile.storageaccounts"):
        for name in ("key", "saskey"):
            if account.get(name) is not None:
                yield f"{path}.{name}", HIDDEN
    for path, role in resource.items("properties.computeProfile.roles"):
        login = "osProfile.linuxOperatingSystemProfile"
        if value_at(role, f"{login}.password") is not None:
            yield f"{path}.{login}.password", HIDDEN
        if value_at(role, f"{login}.sshProfile") is None:
            yield f"{path}.{login}.sshProfile", None


def local_accounts(resource: Resource) -> Iterator[Finding]:
    """An AKS cluster in production that hands out certificates of its own."""
    if resource.type == "azure-native:containerservice:ManagedCluster" and resource.in_production:
        disabled = resource.at("disableLocalAccounts")
        if disabled is not UNKNOWN and disabled is not True:
            yield "disableLocalAccounts", disabled


class Hidden:
    """Shown in place of a secret."""

    def __repr__(self) -> str:
        return "set, and not shown"


HIDDEN = Hidden()

NO_ADMIN_USERS = Rule(
    name="no-admin-users",
    demand="must not give everybody the same all-powerful user",
    why="nobody can tell afterwards who it was, and one leaked password opens all",
    source="https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account",
    find=admin_users,
)
NO_ADMINISTRATOR_ROLES = Rule(
    name="no-administrator-roles",
    demand="must be a role for the one thing that the identity does",
    why="whoever takes over a node or a pod would administer the whole scope",
    source="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    find=administrator_roles,
)
NO_KEYS = Rule(
    name="no-keys",
    demand="must give way to a managed identity, or for SSH to a public key",
    why="a key lies in the state, can be copied, and is valid until somebody thinks of changing it",
    source="https://learn.microsoft.com/azure/hdinsight/overview-azure-storage",
    find=keys,
)
NO_LOCAL_ACCOUNTS = Rule(
    name="no-local-accounts",
    demand="must be true in production, with Entra ID (aksEntra)",
    why="a certificate of the cluster's own administers it for years, and nobody can tell who used it",
    source="https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",
    find=local_accounts,
)
