"""Runs a command that ends when the daemon does, however that ends: `python leash.py DESCRIPTOR COMMAND...`.

The daemon holds the other end of the pipe DESCRIPTOR. When that is closed, the command's process group is
killed.
Linux's PR_SET_PDEATHSIG won't do: it follows the thread that started a process, and reaches no grandchildren.
"""

import os
import select
import signal
import subprocess
import sys


def main() -> int:
    """The command's exit status: 128 and the signal's number after a signal, 127 if it can't be run."""
    leash = int(sys.argv[1])
    os.set_inheritable(leash, False)
    os.setpgid(0, 0)
    try:
        command = subprocess.Popen(sys.argv[2:])
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 127
    ended = os.pidfd_open(command.pid)
    ready, _, _ = select.select([leash, ended], [], [])
    if ended not in ready:
        os.killpg(0, signal.SIGKILL)
    status = command.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
