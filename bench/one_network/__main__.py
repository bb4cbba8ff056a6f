"""A program with one virtual network: its run adds azure-native's classes and provider to an empty one's."""

import atexit
import gc

from pulumi_azure_native import network

# As this repository's program does; with the collector the import takes more than half as much again.
gc.disable()
atexit.register(gc.freeze)

network.VirtualNetwork(
    "network",
    virtual_network_name="one-network",
    # The resource group of the environment, in which it is measured.
    resource_group_name="aks-kafka",
    location="westeurope",
    address_space=network.AddressSpaceArgs(address_prefixes=["10.99.0.0/16"]),
)
