"""The operations of `az acr` on a registry: show, update, and the login for a build."""

from dataclasses import dataclass, replace
from typing import Any

from emulator.azure.registry.registries import MODE_FACT, Registry, find_registry, login_server, mode_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import ResourceManager
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused

_MODES = {"rbac": "LegacyRegistryPermissions", "rbac-abac": "AbacRepositoryPermissions"}
"""The modes of role assignments: the API's names by those of the command line."""


@dataclass(frozen=True)
class RegistryOperations:
    """Operations on registries. All raise Refused."""

    cloud: ResourceManager

    def show(self, resource_group: str, name: str, subscription: str | None) -> dict[str, Any]:
        """A registry as `az acr show` prints it."""
        record = self._require(resource_group, name, subscription)
        return {
            "id": record.id,
            "name": record.name,
            **self.cloud.response(record),
            "roleAssignmentMode": mode_of(record),
        }

    def update(
        self,
        resource_group: str,
        name: str,
        subscription: str | None,
        *,
        public: bool | None = None,
        mode: str | None = None,
    ) -> None:
        """Allows or denies public access, and sets the mode of role assignments: rbac or rbac-abac."""

        def plan(now: Record) -> Record:
            access = {} if public is None else {"publicNetworkAccess": "Enabled" if public else "Disabled"}
            chosen = {} if mode is None else {MODE_FACT: _MODES[mode]}
            return replace(now, inputs={**now.inputs, **access}, facts={**now.facts, **chosen})

        record = self._require(resource_group, name, subscription)
        self.cloud.operate(record.id, plan, lambda before, planned: None)

    def login(self, registry: str, subscription: str | None) -> str:
        """The login server to which `az acr build` pushes. Raises Refused where that build would fail.

        A build runs on Azure's agents, which connect from public addresses, and has no permission on
        repositories of its own ("Azure Container Registry firewall rules", "Azure ABAC repository
        permissions").
        """
        subscription = subscription or arm.SUBSCRIPTION
        found = find_registry(self.cloud, registry, subscription)
        if found is None:
            message = (
                f"The resource with name '{registry}' and type 'Microsoft.ContainerRegistry/registries' "
                f"could not be found in subscription '{subscription}'."
            )
            raise Refused(404, "ResourceNotFound", message)
        server = login_server(found.name)
        if found.inputs.get("publicNetworkAccess") == "Disabled":
            message = f"denied: client is not allowed access to {server}, which has no public access."
            raise Refused(403, "DENIED", message)
        if mode_of(found) == _MODES["rbac-abac"]:
            message = f"failed to push to {server}: its permissions are by repository, and the run has none."
            raise Refused(401, "UNAUTHORIZED", message)
        return server

    def _require(self, resource_group: str, name: str, subscription: str | None) -> Record:
        registry_id = arm.resource_id(
            resource_group, Registry.kind, name, subscription=subscription or arm.SUBSCRIPTION
        )
        return self.cloud.require(Registry.kind, registry_id)
