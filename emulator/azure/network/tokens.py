"""Type tokens of Microsoft.Network, for types that look each other up.

A subnet refers to its security group, and a security group lists its subnets. To avoid a circular import, a
module imports the types that its own type refers to, and finds those that refer to it by their token.
"""

NAT_GATEWAY = "azure-native:network:NatGateway"
PEERING = "azure-native:network:VirtualNetworkPeering"
SUBNET = "azure-native:network:Subnet"
