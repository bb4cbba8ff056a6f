"""Reads the end of a container's log, and its termination message."""

from pathlib import Path

# https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
_MESSAGE_LINES, _MESSAGE_BYTES = 80, 2048
_LONGEST_MESSAGE = 4096


def last_lines(path: Path, offset: int = 0) -> str:
    """The last lines of the file after `offset`, as many as a termination message may have."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(offset, path.stat().st_size - _MESSAGE_BYTES))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-_MESSAGE_LINES:])


def termination_message(path: Path) -> str:
    """The text that a container wrote to its termination log, up to the length that Kubernetes keeps."""
    with path.open("rb") as file:
        return file.read(_LONGEST_MESSAGE).decode(errors="replace")
