"""Processes of this machine, as proc(5) shows them."""

from pathlib import Path


def name_of(pid: int) -> str | None:
    """The name of a process that lives. One that has ended but that nobody has reaped lives no more."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name is in brackets, and may hold some.
    before, _, after = text.rpartition(")")
    return None if after.split()[0] in ("Z", "X") else before.partition("(")[2]
