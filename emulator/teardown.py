"""Destroys a world so that nothing of it remains."""

import sys
from pathlib import Path

from emulator import lifecycle
from emulator.engine import Engine, EngineFailed, programs, remove_dead_locks, stacks
from emulator.home import Home
from emulator.orphans import end_orphans


def tear_down(home: Home) -> int:
    """Destroys every stack, ends the daemon, removes the home. Exit status 0: nothing is left.

    Works also for a world that is half made or damaged: what can't be destroyed in an orderly way is removed
    all the same, since everything in it lives in processes that the daemon holds and in the home's folder.
    Raises Busy while somebody else changes it.
    """
    if not home.root.exists():
        print(f"There is nothing in {home.root}.")
        return 0
    lifecycle.require_home(home)
    with lifecycle.exclusive_use(home):
        remove_dead_locks(home)
        end_orphans(home)
        lifecycle.require_idle(home)
        if stacks(home) and not _destroy_stacks(home):
            _say("Removing the world by force: its processes and files.")
        lifecycle.stop(home)
        lifecycle.remove_home(home)
    # Pulumi has spoken of a stack that is still there, before it was removed.
    print(f"Everything is gone: the stack with its history, the processes, and {home.root}.")
    return 0


def _destroy_stacks(home: Home) -> bool:
    """Whether every stack could be destroyed: those first that were made last, as they may use the others."""
    try:
        ports = lifecycle.start(home)["ports"]
        for folder in reversed(programs(home)):
            engine = Engine(home, Path(folder), ports)
            if engine.run("destroy", "--yes", "--skip-preview") != 0:
                return False
            engine.remove_stack()
    except (lifecycle.StartFailed, EngineFailed) as failure:
        _say(str(failure))
        return False
    return True


def _say(text: str) -> None:
    print(text, file=sys.stderr)
