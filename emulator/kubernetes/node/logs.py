"""Reads what pods have printed, and what they left as the reason of their end."""

from pathlib import Path

# https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
_MESSAGE_LINES, _MESSAGE_BYTES = 80, 2048
_LONGEST_MESSAGE = 4096


def last_lines(path: Path, offset: int = 0) -> str:
    """The end of what was written to the file behind `offset`: as much as a termination message holds."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(offset, path.stat().st_size - _MESSAGE_BYTES))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-_MESSAGE_LINES:])


def termination_message(path: Path) -> str:
    """What a container wrote to its termination log, as far as Kubernetes keeps it."""
    with path.open("rb") as file:
        return file.read(_LONGEST_MESSAGE).decode(errors="replace")
