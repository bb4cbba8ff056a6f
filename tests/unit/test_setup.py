"""The set-up on a machine where something is missing that only a person can install."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools import setup

CHECKOUT = Path(__file__).resolve().parents[2]


def set_up(
    folder: Path, *options: str, programs: tuple[str, ...] = (), scripts: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run it in an empty checkout, on a machine that has only these programs."""
    path = folder / "bin"
    path.mkdir()
    for program in programs:
        (path / program).symlink_to(sys.executable)
    for script in scripts:
        (path / script.name).symlink_to(script)
    (folder / "tools").mkdir()
    shutil.copy(CHECKOUT / "tools" / "setup.py", folder / "tools")
    command = [sys.executable, str(folder / "tools" / "setup.py"), *options]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_without_engine_and_go_it_says_so_before_it_does_anything(tmp_path: Path) -> None:
    ended = set_up(tmp_path)
    assert ended.returncode == 1
    assert "Pulumi is needed" in ended.stderr
    assert "Go 1.21 or later" in ended.stderr
    assert not (tmp_path / ".venv").exists()


def test_unit_tests_need_neither_engine_nor_browser_nor_namespaces() -> None:
    assert setup.steps(tests=False, unit=True) == [setup.check_python, setup.install_python_packages]


def test_where_namespaces_are_forbidden_it_says_what_to_change(tmp_path: Path) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: unshare failed: No space left on device' >&2\nexit 1\n")
    refusing.chmod(0o755)
    shutil.copytree(CHECKOUT / "emulator" / "network", tmp_path / "checkout" / "emulator" / "network")
    (tmp_path / "checkout" / "emulator" / "__init__.py").touch()
    ended = set_up(tmp_path / "checkout", programs=("go",), scripts=(refusing,))
    assert ended.returncode == 1
    assert "sudo sysctl user.max_user_namespaces=" in ended.stderr
    assert not (tmp_path / "checkout" / ".venv").exists()


def test_without_a_browser_the_tests_say_so_before_anything_is_built(tmp_path: Path) -> None:
    ended = set_up(tmp_path, "--tests", programs=("go",))
    assert ended.returncode == 1
    assert "apt-get install chromium chromium-driver" in ended.stderr
    assert not (tmp_path / ".venv").exists()
