"""Reads what pods have printed."""

from pathlib import Path

# https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
_MESSAGE_LINES, _MESSAGE_BYTES = 80, 2048


def last_lines(path: Path, offset: int = 0) -> str:
    """The end of what was written to the file behind `offset`: as much as a termination message holds."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(offset, path.stat().st_size - _MESSAGE_BYTES))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-_MESSAGE_LINES:])
