"""What a crash leaves: nothing that runs, everything that was written."""

import json
import os
import signal
import uuid

from .environment import Environment, eventually, occurrences, send


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
