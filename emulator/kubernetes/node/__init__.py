"""A node: its addresses, its kubelet, and pods as processes of a World."""
