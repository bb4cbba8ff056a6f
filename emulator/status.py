"""Collects the status of a world: its networks, nodes, processes and memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.engine import stack_outputs
from emulator.home import Home
from emulator.network.world import NodeUnknown, World
from emulator.processes import name_of

PROJECT = "aks-kafka"


def describe(home: Home, world: World, daemon: int) -> dict[str, Any]:
    """The status as a JSON document; `daemon` is the daemon's process id. Memory is in bytes."""
    outputs = stack_outputs(home, PROJECT)
    processes_in_world = [pid for pid in _descendants(world.init) if name_of(pid) is not None]
    processes = _by_network_namespace(processes_in_world)
    memory = {pid: _memory(pid) for pid in (daemon, world.init, *processes_in_world)}
    return {
        "home": str(home.root),
        "daemon": {"pid": daemon, "memory": memory[daemon]},
        "memory": sum(memory.values()),
        "networks": world.networks(),
        "nodes": list(_nodes(world, processes, memory)),
        "endpoints": {name: outputs[name] for name in ("ambariUrl", "bootstrapServers") if name in outputs},
        "appUrl": outputs.get("appUrl"),
    }


def _nodes(
    world: World, processes: Mapping[int, list[int]], memory: Mapping[int, int]
) -> Iterator[dict[str, Any]]:
    for name in world.nodes():
        try:
            yield _node(world, name, processes, memory)
        except (NodeUnknown, OSError):
            continue  # it was removed meanwhile


def _node(
    world: World, name: str, processes: Mapping[int, list[int]], memory: Mapping[int, int]
) -> dict[str, Any]:
    node = world.specification(name)
    pids = processes.get(world.network_namespace(name).stat().st_ino, [])
    return {
        "name": name,
        "network": node.network,
        "address": node.address,
        "hostname": node.hostname,
        "memory": sum(memory[pid] for pid in pids),
        "processes": [{"pid": pid, "command": _command(pid), "memory": memory[pid]} for pid in pids],
    }


def _by_network_namespace(pids: Iterable[int]) -> dict[int, list[int]]:
    found = defaultdict(list)
    for pid in pids:
        try:
            found[Path(f"/proc/{pid}/ns/net").stat().st_ino].append(pid)
        except FileNotFoundError:
            continue  # it ended meanwhile
    return found


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return [""]  # as above


def _memory(pid: int) -> int:
    """A process's memory in bytes; memory shared with others counts in proportion (Pss in proc(5))."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # as above
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = [int(child) for child in children.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread ended meanwhile
        for child in pids:
            yield child
            yield from _descendants(child)
