"""The build context: the folder that is sent to the registry, without the files that .dockerignore excludes.

This parser of .dockerignore does what `az acr build` does. The program has one of its own, to find out when
its image has to be rebuilt (`components/sources.py`). They share no code on purpose, or the emulator couldn't
find a mistake in it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|.", re.DOTALL)
_TRANSLATIONS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Context:
    """A build context: a folder, and the rules of its .dockerignore."""

    folder: Path
    rules: tuple["_Rule", ...]

    @classmethod
    def read(cls, folder: Path) -> "Context":
        """Reads the rules of the folder's .dockerignore, if it has one."""
        file = folder / ".dockerignore"
        return cls(folder, tuple(_rules(file.read_text())) if file.exists() else ())

    def files(self, source: str) -> Iterator[tuple[PurePosixPath, Path]]:
        """The files at or below `source`: pairs of path in the context and file, in a stable order."""
        start = self.folder / source
        paths = [start] if start.is_file() or start.is_symlink() else _files_below(start)
        for path in paths:
            relative = PurePosixPath(path.relative_to(self.folder).as_posix())
            if not self.ignores(relative):
                yield relative, path

    def ignores(self, path: PurePosixPath) -> bool:
        """Whether .dockerignore excludes a file: the last rule that matches it or its folder decides."""
        ignored = False
        for rule in self.rules:
            if any(rule.pattern.fullmatch(str(part)) for part in (path, *path.parents)):
                ignored = not rule.exception
        return ignored


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    exception: bool


def _rules(text: str) -> Iterator[_Rule]:
    """Parses a .dockerignore: docs.docker.com/build/concepts/context, ".dockerignore files"."""
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            path = os.path.normpath(line.removeprefix("!").strip().strip("/"))
            pieces = [_TRANSLATIONS.get(piece) or _literal(piece) for piece in _PIECE.findall(path)]
            yield _Rule(re.compile("".join(pieces), re.DOTALL), line.startswith("!"))


def _literal(piece: str) -> str:
    return piece.replace("[!", "[^") if piece.startswith("[") and len(piece) > 1 else re.escape(piece)


def _files_below(folder: Path) -> list[Path]:
    return sorted(
        Path(parent) / name
        for parent, folders, names in os.walk(folder)
        for name in [*names, *(folder for folder in folders if (Path(parent) / folder).is_symlink())]
    )
