"""Services of type LoadBalancer: an address, the ready pods behind it, and the way between them."""
