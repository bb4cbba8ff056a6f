"""Tokens of the types in Microsoft.Network that look each other up.

A subnet names its security group, and a security group lists its subnets. Each module imports those it
refers to, and finds those that refer to it by the token.
"""

NAT_GATEWAY = "azure-native:network:NatGateway"
PEERING = "azure-native:network:VirtualNetworkPeering"
SUBNET = "azure-native:network:Subnet"
