"""Virtual networks, nodes and their processes on one machine, out of Linux namespaces.

`world.World` is the way in. Namespaces are made by a process of its own, `init`, which is PID 1 of everything
that runs in the world; the world ends with the process that started it.
"""
