"""A digest of the emulator's code, by which an outdated daemon is recognised."""

import hashlib
from pathlib import Path

_PACKAGE = Path(__file__).parent
_IDLE = {"__pycache__", "tests"}


def digest() -> str:
    """Returns a SHA-256 of all files that the daemon consists of, as they are on disk."""
    total = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        parts = path.relative_to(_PACKAGE).parts
        if path.is_file() and path.suffix != ".md" and _IDLE.isdisjoint(parts):
            total.update(f"{'/'.join(parts)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()
