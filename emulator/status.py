"""What a world consists of right now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.engine import stack_outputs
from emulator.home import Home
from emulator.network.world import World

PROJECT = "aks-kafka"


def describe(home: Home, world: World, pid: int) -> dict[str, Any]:
    """The status as a JSON document."""
    outputs = stack_outputs(home, PROJECT)
    return {
        "home": str(home.root),
        "daemon": {"pid": pid, "memory": _resident(pid)},
        "memory": sum(_resident(process) for process in {pid, *_descendants(pid)}),
        "networks": world.networks(),
        "nodes": [_node(world, name) for name in world.nodes()],
        "endpoints": {name: outputs[name] for name in ("ambariUrl", "bootstrapServers") if name in outputs},
        "appUrl": outputs.get("appUrl"),
    }


def _node(world: World, name: str) -> dict[str, Any]:
    node = world.specification(name)
    return {
        "name": name,
        "network": node.network,
        "address": node.address,
        "hostname": node.hostname,
        "processes": [{"pid": pid, "command": argv} for pid, argv in world.processes(name).items()],
    }


def _resident(pid: int) -> int:
    """Bytes of memory, with what is shared counted once among those who share it (proc(5), smaps_rollup)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it ended meanwhile
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = [int(child) for child in children.read_text().split()]
        except OSError:
            continue  # the thread ended meanwhile
        for child in pids:
            yield child
            yield from _descendants(child)
