"""A program with one virtual network: beyond an empty one it costs azure-native's classes and provider."""

import atexit
import gc

from pulumi_azure_native import network

# As this repository's program does it: without it the classes cost more than half as much again.
gc.disable()
atexit.register(gc.freeze)

network.VirtualNetwork(
    "network",
    virtual_network_name="one-network",
    # The group of this repository's program, beside which it is measured.
    resource_group_name="aks-kafka",
    location="westeurope",
    address_space=network.AddressSpaceArgs(address_prefixes=["10.99.0.0/16"]),
)
