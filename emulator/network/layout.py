"""Plans the mounts that show several folder trees merged into one.

Each entry is bind-mounted from its tree; a folder that several trees have is a new one. An overlay mount
would do the same with fewer mounts, but not everywhere: user namespaces may not overlay a folder that
something is mounted below (in containers /etc has such mounts, on WSL /usr has), no folder may lie inside
another, overlays stack only two deep, and none shows what changes underneath.
"""

import itertools
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class NewFolder:
    """Make a folder with this mode."""

    target: str
    mode: int


@dataclass(frozen=True)
class NewLink:
    """Make a symbolic link."""

    target: str
    points_to: str


@dataclass(frozen=True)
class Bound:
    """Bind the folder or file `source`, with the mounts below it."""

    target: str
    source: str
    is_folder: bool


Step = NewFolder | NewLink | Bound


def merge(target: str, sources: Sequence[str], shown: Callable[[str, str], bool]) -> Iterator[Step]:
    """Steps, in order, that show the folders `sources`, top first, merged in the existing folder `target`.

    `shown(source, name)` says whether an entry at the top level of a source takes part. An entry that is no
    folder hides those of the same name in later sources.
    """
    contributors: dict[str, list[str]] = {}
    for source in sources:
        for name in sorted(os.listdir(source)):
            if shown(source, name):
                contributors.setdefault(name, []).append(os.path.join(source, name))
    for name, candidates in contributors.items():
        yield from _merge_entry(os.path.join(target, name), candidates)


def _merge_entry(target: str, candidates: Sequence[str]) -> Iterator[Step]:
    top = candidates[0]
    mode = os.lstat(top).st_mode
    if stat.S_ISLNK(mode):
        yield NewLink(target, os.readlink(top))
        return
    folders = _leading_folders(candidates)
    if len(folders) < 2:
        yield Bound(target, top, is_folder=stat.S_ISDIR(mode))
        return
    yield NewFolder(target, stat.S_IMODE(mode))
    yield from merge(target, folders, lambda _source, _name: True)


def _leading_folders(candidates: Sequence[str]) -> list[str]:
    return list(itertools.takewhile(lambda path: stat.S_ISDIR(os.lstat(path).st_mode), candidates))
