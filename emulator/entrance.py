"""Command lines that run a command on a node of the world, or in a pod's container."""

import os
from collections.abc import Sequence

from emulator.network.specification import ProcessSpec


def into_container(entrance: Sequence[str], process: ProcessSpec) -> list[str]:
    """The beginning of a command line that runs the rest as what the container runs: same folder, same user.

    `entrance` leads onto the pod's node, as its root. The environment is for the caller to set: it may hold
    secrets, which a command line would show to everybody.
    """
    return [*entrance, "env", f"--chdir={process.folder}", *_user(process.user)]


def _user(user: int | None) -> list[str]:
    if user is None:
        return []
    if os.geteuid() == 0:
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    # A world of an ordinary user has one user id, which goes by other numbers in further namespaces.
    return ["unshare", "--user", f"--map-user={user}", f"--map-group={user}", "--"]
