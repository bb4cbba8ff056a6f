"""The operations of `az network` that the emulator has: list networks, create and delete peerings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulator.azure.network import tokens
from emulator.azure.network.networks import list_networks
from emulator.azure.network.peerings import VirtualNetworkPeering
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import ResourceManager

_URN_PLACEHOLDER = "az network vnet peering create"
"""The URN in the record of a resource that the command line created, and not the engine."""


@dataclass(frozen=True)
class NetworkOperations:
    """Operations on networks. All raise Refused; `create_peering` raises NotModelled as well."""

    cloud: ResourceManager

    def networks(self, resource_group: str, subscription: str | None) -> list[dict[str, Any]]:
        """The networks of a resource group, each as `az network vnet list` shows it."""
        return list_networks(self.cloud, resource_group, subscription)

    def delete_peerings(self, ids: Sequence[str]) -> None:
        """Deletes peerings, each one half; the other halves are Disconnected afterwards."""
        for peering_id in ids:
            self.cloud.delete(self.cloud.require(VirtualNetworkPeering.kind, peering_id).id)

    def create_peering(
        self,
        resource_group: str,
        network: str,
        subscription: str | None,
        *,
        name: str,
        remote_id: str,
        allow_access: bool,
    ) -> dict[str, Any]:
        """Creates one half of a peering: from `network` to the network with the id `remote_id`."""
        record = self.cloud.put(
            tokens.PEERING,
            {
                "resourceGroupName": resource_group,
                "virtualNetworkName": network,
                "virtualNetworkPeeringName": name,
                "remoteVirtualNetwork": {"id": remote_id},
                "allowVirtualNetworkAccess": allow_access,
            },
            _URN_PLACEHOLDER,
            create=True,
            subscription=subscription or arm.SUBSCRIPTION,
        )
        return {"id": record.id, **self.cloud.response(record)}
