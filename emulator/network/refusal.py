"""Explains why the kernel refuses to make namespaces, and which setting allows it."""

import errno
from collections.abc import Iterator, Mapping
from pathlib import Path


class WorldRefused(Exception):
    """The kernel does not let this user make namespaces; the message says what to change."""


def explain(failure: str, number: int, settings: Mapping[str, str]) -> str:
    """The message about the failed call `failure`, by its errno `number` and the kernel's `settings`."""
    advice = [f"sudo sysctl {name}={value}" for name, value in _to_change(number, settings)]
    return (
        f"the kernel does not let this user make the namespaces of the emulated networks ({failure}). "
        f"{'Allow it with: ' + '; '.join(advice) if advice else _NO_SETTING}. Or run the emulator as root."
    )


_NO_SETTING = (
    "No known setting forbids it, so the seccomp or AppArmor profile of a container probably does: "
    "start the container with --privileged, or leave it"
)
_LIMITED = ("user", "net", "mnt", "pid", "uts", "ipc")


def _to_change(number: int, settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if settings.get("kernel.unprivileged_userns_clone") == "0":
        yield "kernel.unprivileged_userns_clone", "1"
    if settings.get("kernel.apparmor_restrict_unprivileged_userns") == "1":
        yield "kernel.apparmor_restrict_unprivileged_userns", "0"
    for kind in _LIMITED:
        name = f"user.max_{kind}_namespaces"
        # ENOSPC is how the kernel says that one of the limits is reached, see unshare(2).
        if settings.get(name) == "0" or (number == errno.ENOSPC and kind == "user"):
            yield name, "15000"


def read_settings() -> dict[str, str]:
    """The values of the settings that forbid or limit namespaces, as far as this kernel has them."""
    names = ["kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns"]
    names += [f"user.max_{kind}_namespaces" for kind in _LIMITED]
    paths = {name: Path("/proc/sys", *name.split(".")) for name in names}
    return {name: path.read_text().strip() for name, path in paths.items() if path.exists()}
