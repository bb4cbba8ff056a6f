"""Kills all processes of a node, including daemons and those that were started by `exec`."""

import os
import select
import signal


def kill_processes_in(mount_namespace: int) -> None:
    """Kills all processes in the mount namespace, and returns once none is left.

    Has to be called in a pid namespace that contains all of them.
    """
    namespace = os.fstat(mount_namespace).st_ino
    while processes := _processes_in(namespace):
        for process in processes:
            try:
                ended = os.pidfd_open(process)
            except ProcessLookupError:
                continue
            try:
                signal.pidfd_send_signal(ended, signal.SIGKILL)
                select.select([ended], [], [])
            except ProcessLookupError:
                continue
            finally:
                os.close(ended)


def _processes_in(namespace: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            if os.stat(f"/proc/{name}/ns/mnt").st_ino == namespace:
                found.append(int(name))
        except FileNotFoundError:
            # It has ended meanwhile, or is a zombie.
            continue
    return found
