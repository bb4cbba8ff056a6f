"""Computes a digest of the emulator's code, by which an outdated daemon is recognised."""

import hashlib
from pathlib import Path

_PACKAGE = Path(__file__).parent
_NOT_LOADED = {"__pycache__", "tests"}


def digest() -> str:
    """Returns the SHA-256, in hexadecimal, of all files on disk that the daemon may load."""
    total = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        parts = path.relative_to(_PACKAGE).parts
        if path.is_file() and path.suffix != ".md" and _NOT_LOADED.isdisjoint(parts):
            total.update(f"{'/'.join(parts)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()
