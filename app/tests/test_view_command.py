"""The command `view` as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from replica import Brokers
from testapp.__main__ import main

APP = Path(__file__).resolve().parents[1]


@contextmanager
def running(servers: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "testapp", "view"]
    variables = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": servers, **environment}
    with subprocess.Popen(command, cwd=APP, env=variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_command_stays_while_kafka_is_away_and_says_so_without_a_secret() -> None:
    login = {
        "KAFKA_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_USER": "anna",
        "KAFKA_PASSWORD": "s3cret-of-anna",
    }
    # No ordinary program listens on port 1.
    with running("127.0.0.1:1", **login) as process:
        assert process.stdout is not None
        said = [process.stdout.readline(), process.stdout.readline()]
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    for line in said:
        heartbeat = json.loads(line)
        assert heartbeat["view"] == ""
        assert heartbeat["unknown"].startswith("no broker of 127.0.0.1:1 answers")
        assert "s3cret" not in line


def test_brokers_that_tell_no_configuration_leave_the_view_unknown(own_brokers: Brokers) -> None:
    with running(own_brokers.servers) as process:
        assert process.stdout is not None
        heartbeat = json.loads(process.stdout.readline())
    # librdkafka's mock brokers do not implement DescribeConfigs.
    assert (heartbeat["view"], "does not tell its configuration" in heartbeat["unknown"]) == ("", True)


def test_a_wrong_environment_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "not a server")
        assert main(["view"]) == 2
    assert "KAFKA_BOOTSTRAP_SERVERS" in capsys.readouterr().err
    assert cast(Any, main)(["view", "--once"]) == 2
