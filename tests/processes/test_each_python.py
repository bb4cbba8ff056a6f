"""The Pythons that the local environment works with: said in one place, tried in copies of the checkout."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

from tools.each_python import CHECKOUT, copy_checkout, installed
from tools.pythons import PYTHONS


def test_a_python_that_is_on_the_path_but_does_not_run_is_not_tried(tmp_path: Path, monkeypatch) -> None:
    for version, status in (("3.11", 0), ("3.12", 127)):
        program = tmp_path / f"python{version}"
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed(PYTHONS) == {"3.11": str(tmp_path / "python3.11")}


def test_a_copy_has_what_git_knows_and_what_is_new_and_nothing_that_is_ignored(tmp_path: Path) -> None:
    checkout, copy = tmp_path / "checkout", tmp_path / "copy"
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    for name in (".gitignore", "tools/run.sh", "new.py", ".venv/bin/python", "gone.py"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(".venv/\n")
    (checkout / "tools" / "run.sh").chmod(0o755)
    subprocess.run(["git", "add", "gone.py", "tools/run.sh"], cwd=checkout, check=True)
    (checkout / "gone.py").unlink()
    copy_checkout(checkout, copy)
    assert {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()} == {
        ".gitignore",
        "tools/run.sh",
        "new.py",
    }
    assert (copy / "tools" / "run.sh").stat().st_mode & 0o100


def test_every_place_that_names_the_pythons_names_these() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    classifiers = [name.rpartition(" :: ")[2] for name in project["project"]["classifiers"]]
    assert [name for name in classifiers if re.fullmatch(r"3\.\d+", name)] == list(PYTHONS)
    assert project["project"]["requires-python"] == f">={PYTHONS[0]}"
    # What is checked and linted is the oldest: the newer ones have all of it.
    assert project["tool"]["basedpyright"]["pythonVersion"] == PYTHONS[0]
    assert project["tool"]["ruff"]["target-version"] == f"py{PYTHONS[0].replace('.', '')}"

    tests = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "test.yml").read_text())["jobs"]["test"]
    assert tests["strategy"]["matrix"] == {"python": list(PYTHONS)}
    assert f"foreach version,{' '.join(PYTHONS)}," in (CHECKOUT / "Makefile").read_text()
    assert f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}" in (CHECKOUT / "README.md").read_text()
