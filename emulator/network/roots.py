"""Mounts the file tree that the processes of one node see, in the node's own mount namespace."""

import os
from dataclasses import dataclass
from pathlib import Path

from emulator.network import kernel, layout
from emulator.network.kernel import MountFlag, Namespace
from emulator.network.resolution import resolution_files
from emulator.network.specification import NodeSpec, RootSpec

MACHINE = "/machine"
"""The folder of the machine's files in the world's own root."""
_NEW_ROOT = "/root"
_SKELETON = "/skeleton"

_SYSTEM_FOLDERS = frozenset({"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "nix"})
_OWN_FOLDERS = ("/dev", "/proc", "/sys", "/run", "/tmp", "/var", "/home", "/root")
# Through a socket in this folder glibc asks the machine's cache daemon before it reads /etc/nsswitch.conf.
_NAME_CACHE = "/run/nscd"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}


def prepare_world_root() -> None:
    """Gives this process, the world's init, a root of its own with the machine's files below it.

    `open_world_root` puts the machine's files back at "/" for this process.
    """
    kernel.mount(None, "/", None, MountFlag.RECURSIVE | MountFlag.PRIVATE)
    kernel.mount("proc", "/proc", "proc", MountFlag.NO_SUID | MountFlag.NO_DEVICES | MountFlag.NO_EXEC)
    # The mount moves to "/" below; it only needs a folder that every machine has.
    base = "/tmp"
    kernel.mount("world", base, "tmpfs", options="mode=755,size=1m")
    for folder in (MACHINE, _NEW_ROOT, _SKELETON):
        os.mkdir(base + folder)
    kernel.move_root(base, base + MACHINE)


def open_world_root() -> int:
    """Opens the world's root for `build`, and makes the machine's root "/" again. Returns the descriptor."""
    descriptor = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.chroot(MACHINE)
    os.chdir("/")
    return descriptor


def build(node: NodeSpec, world_root: int) -> int:
    """Gives this process, a worker of the world's init, a mount namespace of its own with the node's root.

    Returns a descriptor of the namespace. Raises OSError for a layer, bind or overlay that does not exist or
    can't be mounted.
    """
    plan = _plan(node)
    os.fchdir(world_root)
    os.chroot(".")
    # Unshared after the step above: a new mount namespace keeps the root of this process, not a descriptor.
    kernel.unshare(Namespace.MOUNT)
    namespace = os.open(f"{MACHINE}/proc/self/ns/mnt", os.O_RDONLY)
    for folder in (_NEW_ROOT, _SKELETON):
        kernel.mount("node", folder, "tmpfs", options="mode=755,size=16m")
    _write_skeleton(plan)
    _merge(plan)
    _mount(plan)
    kernel.make_read_only(_NEW_ROOT, recursive=False)
    kernel.swap_root(_NEW_ROOT)
    return namespace


@dataclass(frozen=True)
class _Plan:
    """The mounts of a node. Sources are paths in the world's root, targets are paths on the node."""

    is_image: bool
    layers: list[str]
    read_only: dict[str, str]
    writable: dict[str, str]
    scratch: list[str]
    files: dict[str, str]
    """Texts, by path."""


def _plan(node: NodeSpec) -> _Plan:
    root = node.root or RootSpec(layers=())
    return _Plan(
        is_image=node.root is not None,
        layers=[_on_machine(layer) for layer in root.layers],
        read_only={os.path.normpath(target): _on_machine(source) for target, source in root.binds.items()},
        writable={os.path.normpath(target): _on_machine(source) for target, source in node.overlays.items()},
        scratch=[os.path.normpath(target) for target in root.scratch],
        files=resolution_files(node),
    )


def _on_machine(path: str) -> str:
    """The path in the world's root. Links are resolved here, while "/" is still the machine's."""
    return MACHINE + os.path.realpath(path, strict=True)


def _write_skeleton(plan: _Plan) -> None:
    """Writes the top layer: the node's own files, and a mount point for each mount."""
    for path, text in plan.files.items():
        _write(_SKELETON + path, text)
    for target in (*_OWN_FOLDERS, *plan.scratch) if plan.is_image else ():
        Path(_SKELETON + target).mkdir(parents=True, exist_ok=True)
    for target, source in (plan.read_only | plan.writable).items():
        if not plan.is_image and os.path.exists(MACHINE + target):
            continue
        if os.path.isdir(source):
            Path(_SKELETON + target).mkdir(parents=True, exist_ok=True)
        else:
            _write(_SKELETON + target, "")


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def _merge(plan: _Plan) -> None:
    def shown(source: str, name: str) -> bool:
        return source != MACHINE or not plan.is_image or name in _SYSTEM_FOLDERS

    for step in layout.merge(_NEW_ROOT, [_SKELETON, *plan.layers, MACHINE], shown):
        match step:
            case layout.NewFolder(target, mode):
                os.mkdir(target)
                os.chmod(target, mode)
            case layout.NewLink(target, points_to):
                os.symlink(points_to, target)
            case layout.Bound(target, source, is_folder):
                if is_folder:
                    os.mkdir(target)
                else:
                    Path(target).touch()
                _bind(source, target, read_only=plan.is_image)


def _mount(plan: _Plan) -> None:
    if plan.is_image:
        _mount_devices([target for target in plan.writable if target.startswith("/dev/")])
        kernel.bind(f"{MACHINE}/proc", f"{_NEW_ROOT}/proc")
    elif os.path.isdir(_NEW_ROOT + _NAME_CACHE):
        kernel.mount("none", _NEW_ROOT + _NAME_CACHE, "tmpfs", options="size=4k")
    for target in plan.scratch:
        kernel.mount("scratch", _NEW_ROOT + target, "tmpfs", MountFlag.NO_DEVICES, "mode=1777")
    for target, source in sorted(plan.read_only.items()):
        _bind(source, _NEW_ROOT + target, read_only=True)
    for target, source in sorted(plan.writable.items()):
        _bind(source, _NEW_ROOT + target, read_only=False)


def _bind(source: str, target: str, *, read_only: bool) -> None:
    kernel.bind(source, target)
    if read_only:
        kernel.make_read_only(target, recursive=True)


def _mount_devices(mount_points: list[str]) -> None:
    """Mounts a minimal /dev. `mount_points`: the files in it that are mounted on afterwards."""
    dev = f"{_NEW_ROOT}/dev"
    kernel.mount("dev", dev, "tmpfs", MountFlag.NO_SUID | MountFlag.NO_EXEC, "mode=755,size=64k")
    for name in _DEVICES:
        Path(dev, name).touch()
        kernel.bind(f"{MACHINE}/dev/{name}", f"{dev}/{name}")
    for name, points_to in _DEVICE_LINKS.items():
        os.symlink(points_to, f"{dev}/{name}")
    for target in mount_points:
        Path(_NEW_ROOT + target).touch()
    os.mkdir(f"{dev}/shm")
    kernel.make_read_only(dev, recursive=False)
    kernel.mount("shm", f"{dev}/shm", "tmpfs", MountFlag.NO_SUID | MountFlag.NO_DEVICES, "mode=1777,size=64m")
