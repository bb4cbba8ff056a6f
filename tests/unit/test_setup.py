"""The set-up on a machine where something is missing that only a person can install."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    for module in ("setup.py", "azure_cli.py", "build_cache.py", "pythons.py"):
        shutil.copy(CHECKOUT / "tools" / module, folder / "tools")
    command = [sys.executable, "-m", "tools.setup", *options]
    environment = {"PATH": str(path), "HOME": str(folder / "home")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_without_engine_and_go_it_says_so_before_it_does_anything(tmp_path: Path) -> None:
    ended = set_up(tmp_path)
    assert ended.returncode == 1
    assert "Pulumi is needed" in ended.stderr
    assert "Go 1.21 or later" in ended.stderr
    assert not (tmp_path / ".venv").exists()


def test_unit_tests_need_neither_engine_nor_browser_nor_namespaces() -> None:
    wanted = [setup.check_python, setup.install_python_packages, setup.link_package]
    assert setup.steps(tests=False, unit=True) == wanted


def test_azure_s_command_line_is_installed_for_its_tests_alone() -> None:
    assert setup.install_azure_cli in setup.steps(tests=False, unit=False, az=True)
    assert setup.install_azure_cli not in setup.steps(tests=True, unit=False)


def test_azure_s_official_sdks_are_installed_for_all_tests_alone() -> None:
    assert setup.install_official_sdks in setup.steps(tests=True, unit=False)
    assert setup.install_official_sdks not in setup.steps(tests=False, unit=False)


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


@pytest.fixture
def engine_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Notes each build of the engine, on a machine of a user who has none yet."""
    recipe, notes = tmp_path / "recipe", tmp_path / "builds"
    recipe.mkdir()
    programs = " ".join(setup.ENGINE_PROGRAMS)
    script = f'cd "$1" && echo "$1" >> {notes} && touch {programs} && chmod +x {programs}\n'
    (recipe / "build.sh").write_text(script)
    monkeypatch.setattr(setup, "ENGINE_RECIPE", recipe)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    return notes


def install_engine_in(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the engine's programs in a checkout that was set up."""
    checkout.mkdir(exist_ok=True)
    monkeypatch.setattr(setup, "ENGINE", checkout / ".engine" / "bin")
    setup.install_engine()
    assert all((setup.ENGINE / name).is_file() for name in setup.ENGINE_PROGRAMS)
    return setup.ENGINE.resolve()


def test_clean_checkouts_share_one_build_of_the_engine(
    engine_builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = install_engine_in(tmp_path / "first", monkeypatch)
    assert install_engine_in(tmp_path / "second", monkeypatch) == first
    assert install_engine_in(tmp_path / "first", monkeypatch) == first
    assert len(engine_builds.read_text().splitlines()) == 1


def test_an_engine_that_lacks_a_program_is_built_anew(
    engine_builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = install_engine_in(tmp_path / "first", monkeypatch)
    (place / "pulumi").unlink()
    assert install_engine_in(tmp_path / "first", monkeypatch) == place
    assert len(engine_builds.read_text().splitlines()) == 2


def test_a_checkout_changes_to_the_engine_of_its_recipe(
    engine_builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of a set-up that kept the engine inside of the checkout.
    (tmp_path / "first" / ".engine" / "bin").mkdir(parents=True)
    (tmp_path / "first" / ".engine" / "bin" / "pulumi").touch(mode=0o755)
    before = install_engine_in(tmp_path / "first", monkeypatch)
    (setup.ENGINE_RECIPE / "go.mod").write_text("module another\n")
    assert install_engine_in(tmp_path / "first", monkeypatch) != before
    assert before.exists(), "another checkout may use it"
    assert len(engine_builds.read_text().splitlines()) == 2


def test_another_python_makes_the_virtual_environment_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv, installations = tmp_path / ".venv", []

    def make(version: str) -> None:
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").touch()
        (venv / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")

    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(setup, "_create_venv", lambda: make(platform.python_version()))
    monkeypatch.setattr(setup, "_run", lambda *command: installations.append(command))
    make("3.10.4")
    (venv / "of-3.10").touch()
    setup.install_python_packages()
    assert not (venv / "of-3.10").exists()
    assert len(installations) == 1
    setup.install_python_packages()
    assert len(installations) == 1, "nothing changed, and it installs again"


def test_programs_of_others_find_the_components_of_this_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "aks_kafka").symlink_to(tmp_path / "another-checkout")
    monkeypatch.setattr(setup, "VENV", tmp_path)
    setup.link_package()
    setup.link_package()
    assert (packages / "aks_kafka").resolve() == CHECKOUT / "components"
    assert [path.name for path in packages.iterdir()] == ["aks_kafka"]


def test_a_python_that_nothing_was_tried_with_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.10.4 (main)")
    with pytest.raises(setup.SetupRefused, match=r"Python 3\.11, 3\.12 or 3\.13 is needed, this is 3\.10\.4"):
        setup.check_python()
