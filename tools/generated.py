"""Writes generated documents, and generated parts of documents between two marks."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def between(text: str, begin: str, end: str, content: str) -> str:
    """The text with `content` between the marks `begin` and `end`."""
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    return f"{before}{begin}\n{content}{end}{after}"


def write(files: Mapping[Path, str], *, check: bool) -> int:
    """Writes the files that differ and returns 0; with `check` only names them, and returns 1 if any does."""
    stale = {path: text for path, text in files.items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}")
        if not check:
            path.write_text(text)
    return 1 if check and stale else 0
