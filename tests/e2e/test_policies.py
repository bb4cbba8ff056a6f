"""The program keeps every policy, and one that is broken stops it: on previews by the real engine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from .environment import CHECKOUT, Environment

PRODUCTION = {
    "aks-kafka:tags": {"environment": "production"},
    "aks-kafka:protect": True,
    "aks-kafka:aksEntra": {"azureRbac": True, "disableLocalAccounts": True},
}
HOST = f"""\
#!/bin/sh
exec {sys.executable} -u -m pulumi.policy "$1" "$2"
"""
"""What Pulumi's language host does to start a pack in Python, and the one built here can't yet."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Only ever looked at in previews."""
    world = Environment(tmp_path_factory.mktemp("previews") / "world")
    yield world
    world.run("down")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The policy pack as it is, but for who starts it."""
    folder = tmp_path_factory.mktemp("pack")
    pack = folder / "policy"
    shutil.copytree(CHECKOUT / "policy", pack, ignore=shutil.ignore_patterns("__pycache__", ".venv"))
    project = yaml.safe_load((pack / "PulumiPolicy.yaml").read_text())
    project["runtime"]["name"] = "hosted"
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump(project))
    host = folder / "bin" / "pulumi-analyzer-policy-hosted"
    host.parent.mkdir()
    host.write_text(HOST)
    host.chmod(0o755)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PATH", f"{host.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("PYTHONPATH", str(CHECKOUT / ".cache" / "policy"))
        yield pack


def configured(folder: Path, stack: str, changed: Mapping[str, Any]) -> tuple[str, str]:
    """Pulumi's options for the configuration of a stack, completed by what is its owner's, and changed."""
    local = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    settings = yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text())
    local["config"] |= settings["config"] | changed
    file = folder / "Pulumi.configured.yaml"
    file.write_text(yaml.safe_dump(local))
    return "--config-file", str(file)


def checked(world: Environment, options: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    """What the documents tell everybody to run: the preview as JSON, and the check of it."""
    pulumi = [sys.executable, "-m", "emulator", "--home", str(world.home), "pulumi", "preview", "--json"]
    preview = subprocess.run([*pulumi, *options], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert json.loads(preview.stdout)["steps"]
    check = [sys.executable, "-m", "policy.check"]
    return subprocess.run(
        check, cwd=CHECKOUT, input=preview.stdout, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("stack", "changed"), [("local", {}), ("dev", {}), ("dev", PRODUCTION)])
def test_the_program_keeps_every_policy(
    world: Environment, tmp_path: Path, stack: str, changed: Mapping[str, Any]
) -> None:
    ended = checked(world, configured(tmp_path, stack, changed))
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert ended.stdout.endswith(" rules, 0 violations\n")


def test_production_without_protection_is_found(world: Environment, tmp_path: Path) -> None:
    ended = checked(world, configured(tmp_path, "dev", PRODUCTION | {"aks-kafka:protect": False}))
    assert ended.returncode == 1
    violations = [line.split(" ")[0] for line in ended.stdout.splitlines() if " breaks " in line]
    assert violations == ["kafka-storage", "kafka-cluster"]
    assert ended.stdout.count("data-protected-in-production") == 2


def test_production_with_local_accounts_is_found(world: Environment, tmp_path: Path) -> None:
    ended = checked(world, configured(tmp_path, "dev", PRODUCTION | {"aks-kafka:aksEntra": {}}))
    assert ended.returncode == 1
    [violation] = [line for line in ended.stdout.splitlines() if " breaks " in line]
    assert violation.startswith("aks-cluster ")
    assert "no-local-accounts" in violation


def test_the_pack_finds_it_too_and_stops_the_preview(world: Environment, pack: Path, tmp_path: Path) -> None:
    unprotected = configured(tmp_path, "dev", PRODUCTION | {"aks-kafka:protect": False})
    stopped = world.run("pulumi", "preview", "--policy-pack", str(pack), *unprotected)
    assert stopped.status != 0
    violations = [line.split(" ")[-1] for line in stopped.output.splitlines() if "[mandatory]" in line]
    assert sorted(violations) == ["kafka-cluster)", "kafka-storage)"]
    assert "the resource option protect is False" in stopped.output

    protected = configured(tmp_path, "dev", PRODUCTION)
    passed = world.run("pulumi", "preview", "--policy-pack", str(pack), *protected)
    assert passed.status == 0, passed.output
    assert "aks-kafka@v1.0.0" in passed.output
    assert "can't run policy" not in passed.output
