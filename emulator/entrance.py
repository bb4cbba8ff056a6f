"""Command lines that run a command in a pod's container."""

import os
from collections.abc import Sequence

from emulator.network.specification import ProcessSpec


def into_container(entrance: Sequence[str], process: ProcessSpec) -> list[str]:
    """The beginning of a command line that runs the rest in a container, with its working directory and user.

    `entrance` is the beginning that enters the pod's node as root. The container's environment is not part of
    the result, since it may contain secrets, and other users can read command lines.
    """
    return [*entrance, "env", f"--chdir={process.folder}", *_user(process.user)]


def _user(user: int | None) -> list[str]:
    if user is None:
        return []
    if os.geteuid() == 0:
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    # The world of an ordinary user has only one user id; another user namespace maps it to the container's.
    return ["unshare", "--user", f"--map-user={user}", f"--map-group={user}", "--"]
