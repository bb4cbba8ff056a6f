"""How several folder trees become one: which mounts show them merged, without mounting anything yet.

An overlay mount does it, where the kernel allows one. It does not where something is mounted below one of the
folders (in containers /etc usually has such mounts, /usr has them on WSL), because a user namespace must not
see what such mounts hide, nor where one of the folders lies inside another. There the folder is made anew and its
entries are shown one by one, merged in their turn.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class NewFolder:
    target: str


@dataclass(frozen=True)
class NewLink:
    target: str
    points_to: str


@dataclass(frozen=True)
class Bound:
    """The folder or file `source`, with what is mounted below it."""

    target: str
    source: str
    is_folder: bool


@dataclass(frozen=True)
class Overlaid:
    target: str
    layers: tuple[str, ...]
    """Top first."""


Step = NewFolder | NewLink | Bound | Overlaid


def merge(
    target: str, sources: Sequence[str], mount_points: Iterable[str], shown: Callable[[str, str], bool]
) -> Iterator[Step]:
    """Steps that show the folders `sources`, top first, merged in the folder `target`, which exists.

    `mount_points` are those of the machine. `shown(source, name)` says whether an entry of a source's
    uppermost level takes part. An entry that is no folder hides those of the same name further down.
    """
    points = [PurePosixPath(point) for point in mount_points]
    yield from _merge_entries(target, sources, points, shown)


def _merge_entries(
    target: str,
    sources: Sequence[str],
    points: Sequence[PurePosixPath],
    shown: Callable[[str, str], bool],
) -> Iterator[Step]:
    contributors: dict[str, list[str]] = {}
    for source in sources:
        for name in sorted(os.listdir(source)):
            if shown(source, name):
                contributors.setdefault(name, []).append(os.path.join(source, name))
    for name, candidates in contributors.items():
        yield from _merge_entry(os.path.join(target, name), candidates, points)


def _merge_entry(target: str, candidates: Sequence[str], points: Sequence[PurePosixPath]) -> Iterator[Step]:
    top = candidates[0]
    mode = os.lstat(top).st_mode
    if stat.S_ISLNK(mode):
        yield NewLink(target, os.readlink(top))
        return
    if not stat.S_ISDIR(mode):
        yield Bound(target, top, is_folder=False)
        return
    folders = _leading_folders(candidates)
    if len(folders) == 1:
        yield Bound(target, top, is_folder=True)
    elif _can_be_overlaid(folders, points):
        yield Overlaid(target, tuple(folders))
    else:
        yield NewFolder(target)
        yield from _merge_entries(target, folders, points, lambda _source, _name: True)


def _leading_folders(candidates: Sequence[str]) -> list[str]:
    folders: list[str] = []
    for candidate in candidates:
        if not stat.S_ISDIR(os.lstat(candidate).st_mode):
            break
        folders.append(candidate)
    return folders


def _can_be_overlaid(folders: Sequence[str], points: Sequence[PurePosixPath]) -> bool:
    paths = [PurePosixPath(folder) for folder in folders]
    mounted_below = any(path in point.parents for path in paths for point in points)
    nested = any(one in other.parents for one in paths for other in paths)
    return not mounted_below and not nested
