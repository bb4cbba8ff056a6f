"""Starts a world's init, PID 1 of its namespaces: `python -m emulator.network.init DESCRIPTOR`.

This process makes the namespaces and forks the init, which serves the daemon's requests over the socket given
as a descriptor until the daemon closes it or dies. The end of PID 1 ends all processes in the world.
"""

import os
import signal
import sys
from pathlib import Path

from emulator.network import kernel, links, roots
from emulator.network.channel import Channel
from emulator.network.kernel import Namespace
from emulator.network.supervisor import Supervisor


def main() -> None:
    channel = Channel.from_descriptor(int(sys.argv[1]))
    # Pods' users must be able to enter the folders made here, whatever the daemon's mask.
    os.umask(0o022)
    try:
        _enter_user_namespace()
        kernel.unshare(Namespace.MOUNT | Namespace.PID | Namespace.NETWORK | Namespace.IPC | Namespace.UTS)
        init = os.fork()
        if init:
            channel.send({"init": init})
            # The machine's init becomes the parent of the world's.
            os._exit(0)
        roots.prepare_world_root()
        world_root = roots.open_world_root()
        links.set_up_backbone()
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        channel.send({"refused": [f"{error.strerror}{place}", error.errno]})
        raise
    # Without a handler the kernel keeps every signal but the machine's SIGKILL away from a PID 1.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    channel.send({"ready": True})
    Supervisor(channel, world_root).serve()


def _enter_user_namespace() -> None:
    """Enters a user namespace: root keeps the machine's ids, an ordinary user becomes its only user, root."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        mapping = {kind: _identity(Path(f"/proc/self/{kind}").read_text()) for kind in ("uid_map", "gid_map")}
        _unshare_and_map_from_outside(mapping)
    else:
        kernel.unshare(Namespace.USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _identity(own_map: str) -> str:
    """An id map that keeps each id of `own_map`: lines of the id inside, the id outside, the count."""
    ranges = [line.split() for line in own_map.splitlines()]
    return "".join(f"{start} {start} {count}\n" for start, _, count in ranges)


def _unshare_and_map_from_outside(mapping: dict[str, str]) -> None:
    """Unshares the user namespace; a child outside writes the maps, as only it may map more than one id."""
    process = os.getpid()
    unshared, tell_unshared = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(tell_unshared)
        os.read(unshared, 1)
        status = 1
        try:
            for kind, text in mapping.items():
                Path(f"/proc/{process}/{kind}").write_text(text)
            status = 0
        finally:
            os._exit(status)
    os.close(unshared)
    kernel.unshare(Namespace.USER)
    os.close(tell_unshared)
    _, status = os.waitpid(mapper, 0)
    if status:
        raise PermissionError(1, "writing uid_map: Operation not permitted")


if __name__ == "__main__":
    main()
