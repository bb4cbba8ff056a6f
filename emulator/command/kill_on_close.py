"""Runs a command, and kills it when a pipe is closed: `python kill_on_close.py DESCRIPTOR COMMAND...`.

DESCRIPTOR is the reading end of the pipe. The starting process has the writing end, which the kernel closes
when that process ends, however it ends; then the command's process group is killed.
Linux's PR_SET_PDEATHSIG doesn't do this: it depends on the thread that started a process, and does not reach
grandchildren.
"""

import os
import select
import signal
import subprocess
import sys


def main() -> int:
    """Runs the command. Returns its exit status: 128 plus a signal's number, or 127 if it can't be run."""
    pipe = int(sys.argv[1])
    os.set_inheritable(pipe, False)
    os.setpgid(0, 0)
    try:
        command = subprocess.Popen(sys.argv[2:])
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 127
    ended = os.pidfd_open(command.pid)
    ready, _, _ = select.select([pipe, ended], [], [])
    if ended not in ready:
        os.killpg(0, signal.SIGKILL)
    status = command.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
