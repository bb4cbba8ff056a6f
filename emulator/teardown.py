"""Destroys a world completely: its stacks, its processes, and its home."""

import sys
from pathlib import Path

from emulator import lifecycle
from emulator.engine import Engine, EngineFailed, programs, remove_stale_locks, stacks
from emulator.home import Home
from emulator.orphans import kill_orphans


def tear_down(home: Home) -> int:
    """Destroys every stack, stops the daemon, and removes the home. Returns the exit status, 0.

    An incomplete or damaged world is removed as well, even if its stacks can't be destroyed: all of it is in
    processes that end with the daemon, and in the home's folder. Raises Busy while another run changes it.
    """
    if not home.root.exists():
        print(f"There is nothing in {home.root}.")
        return 0
    lifecycle.require_home(home)
    with lifecycle.exclusive_use(home):
        remove_stale_locks(home)
        kill_orphans(home)
        lifecycle.require_idle(home)
        if stacks(home) and not _destroy_stacks(home):
            _warn("Removing the world by force: its processes and files.")
        lifecycle.stop(home)
        lifecycle.remove_home(home)
    # Pulumi's last message says that the stack's history is still there, which is not true any more.
    print(f"Everything is gone: the stack with its history, the processes, and {home.root}.")
    return 0


def _destroy_stacks(home: Home) -> bool:
    """Destroys the stacks, newest first, as these may use older ones. Returns whether all were destroyed."""
    try:
        ports = lifecycle.start(home)["ports"]
        for folder in reversed(programs(home)):
            engine = Engine(home, Path(folder), ports)
            if engine.run("destroy", "--yes", "--skip-preview") != 0:
                return False
            engine.remove_stack()
    except (lifecycle.StartFailed, EngineFailed) as failure:
        _warn(str(failure))
        return False
    return True


def _warn(text: str) -> None:
    print(text, file=sys.stderr)
