"""Reads processes of this machine from /proc (proc(5))."""

from pathlib import Path


def name_of(pid: int) -> str | None:
    """The name of a running process; None when there is none with this id, or only a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name is in parentheses, and may contain some.
    before, _, after = text.rpartition(")")
    return None if after.split()[0] in ("Z", "X") else before.partition("(")[2]
