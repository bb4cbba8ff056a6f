"""Microsoft.Network: virtual networks, subnets, peerings, NAT gateways and security groups."""
