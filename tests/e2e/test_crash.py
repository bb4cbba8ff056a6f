"""What a crash leaves: nothing that runs, everything that was written."""

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import yaml

from .environment import CHECKOUT, Environment, eventually, occurrences, send


def test_a_killed_daemon_leaves_no_process_and_comes_back_with_its_messages(environment: Environment) -> None:
    url = environment.outputs()["appUrl"]
    text = f"before the crash {uuid.uuid4()}"
    send(url, text)

    os.kill(environment.status()["daemon"]["pid"], signal.SIGKILL)
    eventually(lambda: environment.processes() == [], "every process of the world has ended")

    environment.succeed("up")
    assert environment.outputs()["appUrl"] == url
    eventually(lambda: occurrences(url, text) == 1, "the message is there again")
    environment.pulumi("preview", "--expect-no-changes")


def test_the_lock_of_a_dead_run_does_not_block_the_next(environment: Environment) -> None:
    locks = environment.home / "pulumi" / ".pulumi" / "locks" / "organization" / "aks-kafka" / "local"
    locks.mkdir(parents=True, exist_ok=True)
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    lock = {"pid": dead, "username": "somebody", "hostname": os.uname().nodename, "timestamp": "2026-01-01"}
    (locks / f"{uuid.uuid4()}.json").write_text(json.dumps(lock))
    environment.pulumi("refresh", "--yes", "--expect-no-changes")


def test_what_a_killed_run_was_creating_is_taken_over_by_the_next(
    environment: Environment, tmp_path: Path
) -> None:
    settings = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    settings["config"]["aks-kafka:namespace"] = "moved"
    moved = tmp_path / "moved.yaml"
    moved.write_text(yaml.safe_dump(settings))
    arguments = ["up", "--yes", "--skip-preview", "--config-file", str(moved)]
    try:
        kill_while_pods_start(environment, "moved", arguments)
        # It waited for the pods, which is the business of this resource.
        assert re.search(r"::rollout, interrupted while (creating|updating)", environment.pulumi(*arguments))
        assert {pod.split("/")[-2] for pod in pods(environment)} == {"moved"}
        environment.pulumi("preview", "--expect-no-changes", "--config-file", str(moved))
    finally:
        environment.pulumi("up", "--yes", "--skip-preview")
        environment.pulumi("refresh", "--yes", "--clear-pending-creates")


def kill_while_pods_start(environment: Environment, namespace: str, arguments: list[str]) -> None:
    """Run Pulumi until there are pods in the namespace, for which it then waits; there it is killed."""
    command = [sys.executable, "-m", "emulator", "--home", str(environment.home), "pulumi", *arguments]
    # `emulator pulumi` becomes pulumi: the signal reaches nothing else.
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL) as run:
        eventually(lambda: any(f"/{namespace}/" in pod for pod in pods(environment)), "pods start")
        run.kill()
    assert run.returncode == -signal.SIGKILL


def pods(environment: Environment) -> list[str]:
    """Full names of the test application's pods."""
    names = (node["name"] for node in environment.status()["nodes"])
    return [name for name in names if "/kafka-test-app-" in name]
