"""The build context of a folder, as .dockerignore leaves it, and its digest."""

import hashlib
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


def digest(folder: Path) -> str:
    """SHA-256, in hexadecimal, of the files that a build in `folder` sees: their paths, modes and contents.

    The same sources give the same digest on every machine and at any time.
    Raises FileNotFoundError when there is no Dockerfile.
    """
    if not (folder / "Dockerfile").is_file():
        raise FileNotFoundError(f"{folder} has no Dockerfile")
    whole = hashlib.sha256()
    for path in build_context(folder):
        whole.update(_entry(folder, path))
    return whole.hexdigest()


def build_context(folder: Path) -> list[str]:
    """The files and links that .dockerignore leaves, as sorted paths relative to `folder`, with slashes.

    The Dockerfile and .dockerignore are always among them: both decide what is built.
    """
    patterns = _patterns(folder / ".dockerignore")
    paths = sorted(path.relative_to(folder).as_posix() for path in _files(folder))
    return [path for path in paths if path in {"Dockerfile", ".dockerignore"} or not _ignored(path, patterns)]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        else:
            yield path


def _entry(folder: Path, path: str) -> bytes:
    """Kind, path and content of a file, with the lengths of both, so that no two files give the same."""
    file = folder / path
    if file.is_symlink():
        kind, content = b"link", str(file.readlink()).encode()
    else:
        # Of the mode only the executable bit, which is all that Git keeps; the rest differs by checkout.
        kind = b"program" if file.stat().st_mode & stat.S_IXUSR else b"file"
        content = file.read_bytes()
    name = path.encode()
    return b"%s %d %d\0%s%s" % (kind, len(name), len(content), name, content)


@dataclass(frozen=True)
class _Pattern:
    """A line of .dockerignore: https://docs.docker.com/build/concepts/context/#dockerignore-files."""

    expression: re.Pattern[str]
    excepted: bool


def _patterns(file: Path) -> list[_Pattern]:
    if not file.exists():
        return []
    lines = [line.strip() for line in file.read_text().splitlines() if not line.startswith("#")]
    return [_pattern(line) for line in lines if line and line != "!"]


def _pattern(line: str) -> _Pattern:
    excepted = line.startswith("!")
    glob = line.removeprefix("!").strip().removeprefix("./").strip("/")
    try:
        return _Pattern(re.compile(_expression(glob)), excepted)
    except re.error as error:
        raise ValueError(f".dockerignore has {line!r}, which is no pattern: {error}") from error


def _expression(glob: str) -> str:
    """The pattern as a regular expression: Go's filepath.Match and Docker's `**`, with all below a match."""
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|\[\^?[\w.-]+\]|\\.|.", glob)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(known.get(token) or _class_or_literal(token) for token in tokens) + "(?:/.*)?"


def _class_or_literal(token: str) -> str:
    return token if len(token) > 2 else re.escape(token[-1])


def _ignored(path: str, patterns: Sequence[_Pattern]) -> bool:
    """Whether the path is ignored: the last pattern that matches it decides."""
    matching = [pattern for pattern in patterns if pattern.expression.fullmatch(path)]
    return bool(matching) and not matching[-1].excepted
