"""What a user is told where the kernel forbids namespaces."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.home import CHECKOUT
from emulator.network.refusal import explain


@pytest.mark.parametrize(
    ("number", "settings", "advice"),
    [
        (
            errno.EPERM,
            {"kernel.unprivileged_userns_clone": "0", "user.max_user_namespaces": "100"},
            "Allow it with: sudo sysctl kernel.unprivileged_userns_clone=1. Or",
        ),
        (
            errno.EACCES,
            {"kernel.unprivileged_userns_clone": "1", "kernel.apparmor_restrict_unprivileged_userns": "1"},
            "Allow it with: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. Or",
        ),
        (
            errno.ENOSPC,
            {"user.max_user_namespaces": "3", "user.max_net_namespaces": "0"},
            "sudo sysctl user.max_user_namespaces=15000; sudo sysctl user.max_net_namespaces=15000. Or",
        ),
        (errno.EPERM, {"user.max_user_namespaces": "3"}, "No known setting forbids it"),
    ],
)
def test_the_setting_to_change_is_named(number: int, settings: dict[str, str], advice: str) -> None:
    message = explain("unshare: refused", number, settings)

    assert "(unshare: refused)" in message
    assert advice in message
    assert message.endswith("Or run the emulator as root.")


def test_a_kernel_that_refuses_is_reported_by_the_world(tmp_path: Path) -> None:
    """In a user namespace of its own, where the limit can be lowered without touching the machine's."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from emulator.home import Home\n"
        "from emulator.network.world import World, WorldRefused\n"
        "try:\n"
        "    World.start(Home(Path(sys.argv[1])))\n"
        "except WorldRefused as refusal:\n"
        "    print(refusal)\n"
    )
    shell = shutil.which("sh")
    assert shell

    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", shell, "-c",
         'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh",
         sys.executable, "-c", program, str(tmp_path)],
        check=True, capture_output=True, text=True, cwd=CHECKOUT,
    )  # fmt: skip

    assert "(unshare: No space left on device)" in done.stdout
    assert "sudo sysctl user.max_user_namespaces=15000" in done.stdout
