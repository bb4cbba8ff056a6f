"""Why the kernel did not let us make namespaces, and what to do about it."""

import errno
from collections.abc import Mapping
from pathlib import Path

_ADVICE_AS_ROOT = "or run the emulator as root"


class WorldRefused(Exception):
    """The kernel does not let this user make namespaces. The message says what to change."""


def explain(failure: str, number: int, settings: Mapping[str, str]) -> str:
    """`failure` is the failing call and its error, `number` that error's; `settings` are those in force."""
    causes: list[str] = []
    if settings.get("kernel.unprivileged_userns_clone") == "0":
        causes.append("sudo sysctl kernel.unprivileged_userns_clone=1")
    if settings.get("kernel.apparmor_restrict_unprivileged_userns") == "1":
        causes.append("sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0")
    exhausted = number == errno.ENOSPC
    for kind in ("user", "net", "mnt", "pid", "uts", "ipc"):
        name = f"user.max_{kind}_namespaces"
        if settings.get(name) == "0" or (exhausted and kind == "user" and name in settings):
            causes.append(f"sudo sysctl {name}=15000 (now {settings[name]})")
    advice = f"allow them with: {'; '.join(causes)}; {_ADVICE_AS_ROOT}" if causes else _NO_SETTING
    return f"the kernel does not let this user make the emulated networks ({failure}): {advice}"


_NO_SETTING = (
    "no known setting forbids it, so a container's seccomp or AppArmor profile probably does: "
    f"start the container with --privileged or outside of one, {_ADVICE_AS_ROOT}"
)


def read_settings() -> dict[str, str]:
    """The kernel's settings that forbid or limit namespaces, as far as this kernel has them."""
    names = ["kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns"]
    names += [f"user.max_{kind}_namespaces" for kind in ("user", "net", "mnt", "pid", "uts", "ipc")]
    paths = {name: Path("/proc/sys", *name.split(".")) for name in names}
    return {name: path.read_text().strip() for name, path in paths.items() if path.exists()}
