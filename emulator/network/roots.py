"""The file tree that the processes of one node see, mounted in the node's own mount namespace."""

import os
import re
import stat
from pathlib import Path

from emulator.network import kernel, layout
from emulator.network.kernel import MountFlag, Namespace
from emulator.network.resolution import resolution_files
from emulator.network.specification import NodeSpec

MACHINE = "/machine"
"""Where the machine's files are found in the world's own root."""
_NEW_ROOT = "/root"
_SKELETON = "/skeleton"

_SYSTEM_FOLDERS = frozenset({"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "nix"})
_EMPTY_FOLDERS = ("dev", "proc", "sys", "run", "tmp", "var", "home", "root")
_OCTAL = re.compile(r"\\([0-7]{3})")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}


def prepare_world_root() -> None:
    """Gives this process, the world's init, a mount namespace whose root is empty but for the machine's files.

    `open_world_root` puts the machine's files back at "/" for this process.
    """
    kernel.mount(None, "/", None, MountFlag.RECURSIVE | MountFlag.PRIVATE)
    kernel.mount("proc", "/proc", "proc", MountFlag.NO_SUID | MountFlag.NO_DEVICES | MountFlag.NO_EXEC)
    # Any folder that exists everywhere serves: what is mounted on it moves to "/" at once.
    base = "/tmp"
    kernel.mount("world", base, "tmpfs", options="mode=755,size=1m")
    for folder in (MACHINE, _NEW_ROOT, _SKELETON):
        os.mkdir(base + folder)
    kernel.move_root(base, base + MACHINE)


def open_world_root() -> int:
    """A descriptor by which `build` finds back; afterwards "/" is the machine's."""
    descriptor = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.chroot(MACHINE)
    os.chdir("/")
    return descriptor


def build(node: NodeSpec, world_root: int) -> int:
    """Gives this process, a worker of the world's init, a mount namespace of its own with the node's root.

    Returns a descriptor of the namespace. Raises OSError for a layer, bind or overlay that does not exist or
    can't be mounted.
    """
    os.fchdir(world_root)
    os.chroot(".")
    # After the step above, since a new mount namespace takes along where we are, but no descriptors.
    kernel.unshare(Namespace.MOUNT)
    namespace = os.open(f"{MACHINE}/proc/self/ns/mnt", os.O_RDONLY)
    kernel.mount("node", _NEW_ROOT, "tmpfs", options="mode=755,size=16m")
    kernel.mount("node", _SKELETON, "tmpfs", options="mode=755,size=16m")
    read_only, writable = _mounts_of(node)
    scratch = node.root.scratch if node.root else ()
    _write_skeleton(node, {**read_only, **writable}, scratch)
    _merge_machine(node)
    for target, source in sorted(read_only.items()):
        kernel.bind(MACHINE + source, _NEW_ROOT + target)
        kernel.make_read_only(_NEW_ROOT + target, recursive=True)
    for target in sorted(scratch):
        kernel.mount("scratch", _NEW_ROOT + target, "tmpfs", MountFlag.NO_DEVICES, "mode=1777")
    for target, source in sorted(writable.items()):
        kernel.bind(MACHINE + source, _NEW_ROOT + target)
    if node.root:
        _mount_devices()
        kernel.bind(f"{MACHINE}/proc", f"{_NEW_ROOT}/proc")
    kernel.make_read_only(_NEW_ROOT, recursive=False)
    kernel.swap_root(_NEW_ROOT)
    return namespace


def _mounts_of(node: NodeSpec) -> tuple[dict[str, str], dict[str, str]]:
    read_only = {
        os.path.normpath(target): source for target, source in (node.root.binds if node.root else {}).items()
    }
    writable = {os.path.normpath(target): source for target, source in node.overlays.items()}
    return read_only, writable


def _write_skeleton(node: NodeSpec, mounts: dict[str, str], scratch: tuple[str, ...] | list[str]) -> None:
    """The topmost layer: the node's own files, and something to mount on wherever it mounts something."""
    for path, text in resolution_files(node).items():
        _write(Path(_SKELETON + path), text)
    if node.root:
        for name in _EMPTY_FOLDERS:
            Path(_SKELETON, name).mkdir(exist_ok=True)
    for target in scratch:
        Path(_SKELETON + os.path.normpath(target)).mkdir(parents=True, exist_ok=True)
    for target, source in mounts.items():
        if stat.S_ISDIR(os.stat(MACHINE + source).st_mode):
            Path(_SKELETON + target).mkdir(parents=True, exist_ok=True)
        else:
            _write(Path(_SKELETON + target), "")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _merge_machine(node: NodeSpec) -> None:
    layers = [MACHINE + layer for layer in (node.root.layers if node.root else ())]
    is_image = node.root is not None

    def shown(source: str, name: str) -> bool:
        return source != MACHINE or not is_image or name in _SYSTEM_FOLDERS

    for step in layout.merge(_NEW_ROOT, [_SKELETON, *layers, MACHINE], _mount_points(), shown):
        _carry_out(step, read_only=is_image)


def _carry_out(step: layout.Step, *, read_only: bool) -> None:
    match step:
        case layout.NewFolder(target):
            os.mkdir(target)
        case layout.NewLink(target, points_to):
            os.symlink(points_to, target)
        case layout.Overlaid(target, layers):
            os.mkdir(target)
            kernel.mount("node", target, "overlay", options=f"lowerdir={':'.join(map(_escaped, layers))}")
        case layout.Bound(target, source, is_folder):
            if is_folder:
                os.mkdir(target)
            else:
                Path(target).touch()
            kernel.bind(source, target)
            if read_only:
                kernel.make_read_only(target, recursive=True)


def _escaped(layer: str) -> str:
    return layer.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def _mount_points() -> list[str]:
    """Of this mount namespace. mountinfo writes blanks in paths in octal, see proc(5)."""
    lines = Path(f"{MACHINE}/proc/self/mountinfo").read_text().splitlines()
    return [_OCTAL.sub(lambda found: chr(int(found[1], 8)), line.split()[4]) for line in lines]


def _mount_devices() -> None:
    dev = f"{_NEW_ROOT}/dev"
    kernel.mount("dev", dev, "tmpfs", MountFlag.NO_SUID | MountFlag.NO_EXEC, "mode=755,size=64k")
    for name in _DEVICES:
        Path(dev, name).touch()
        kernel.bind(f"{MACHINE}/dev/{name}", f"{dev}/{name}")
    for name, points_to in _DEVICE_LINKS.items():
        os.symlink(points_to, f"{dev}/{name}")
    os.mkdir(f"{dev}/shm")
    kernel.mount("shm", f"{dev}/shm", "tmpfs", MountFlag.NO_SUID | MountFlag.NO_DEVICES, "mode=1777,size=64m")
