"""The operations of `az network` that the emulator has: it lists networks, makes and deletes peerings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulator.azure.network import tokens
from emulator.azure.network.networks import list_networks
from emulator.azure.network.peerings import VirtualNetworkPeering
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import ResourceManager

_MAKER = "az network vnet peering create"
"""Stands where a resource that the engine made has its URN."""


@dataclass(frozen=True)
class NetworkOperations:
    """Operations on networks. All raise Refused; `create_peering` raises NotModelled as well."""

    cloud: ResourceManager

    def networks(self, resource_group: str, subscription: str | None) -> list[dict[str, Any]]:
        """The networks of a resource group, each as `az` shows it."""
        return list_networks(self.cloud, resource_group, subscription)

    def delete_peerings(self, ids: Sequence[str]) -> None:
        """Deletes halves of peerings; the other halves are Disconnected then."""
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
        """Makes a half of a peering in a network, to the one with the id `remote_id`."""
        record = self.cloud.put(
            tokens.PEERING,
            {
                "resourceGroupName": resource_group,
                "virtualNetworkName": network,
                "virtualNetworkPeeringName": name,
                "remoteVirtualNetwork": {"id": remote_id},
                "allowVirtualNetworkAccess": allow_access,
            },
            _MAKER,
            create=True,
            subscription=subscription or arm.SUBSCRIPTION,
        )
        return {"id": record.id, **self.cloud.echo(record)}
