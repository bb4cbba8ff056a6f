"""Virtual networks, nodes and their processes on one machine, made of Linux namespaces.

`world.World` is the interface. A process of its own, `init`, makes the namespaces and is PID 1 of all that
runs in the world; the world ends with the process that started it.
"""
