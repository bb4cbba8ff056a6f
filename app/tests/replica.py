"""Brokers and pages, each in a process of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

APP = Path(__file__).parents[1]
TOPIC = "words"


@dataclass(frozen=True)
class Brokers:
    """Three brokers; `servers` as clients are told."""

    servers: str
    process: subprocess.Popen[str]

    def freeze(self) -> None:
        """Connections stay, are even made, and nothing is answered any more."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def start_brokers() -> Iterator[Brokers]:
    command = [sys.executable, str(Path(__file__).parent / "mock_brokers.py"), TOPIC]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield Brokers(process.stdout.readline().strip(), process)
        process.kill()


@dataclass(frozen=True)
class Page:
    url: str
    health_url: str
    """Where probes have a way of their own."""
    brokers: str
    process: subprocess.Popen[bytes]


class Replica:
    """`with Replica(brokers) as page`: a replica that is ready, ended at the end."""

    def __init__(self, brokers: str, output: int | None = None, /, **settings: str) -> None:
        """`settings`: further variables of its environment; `output`: where it writes instead of here."""
        port, health_port = free_ports(2)
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": brokers,
            "KAFKA_TOPIC": TOPIC,
            "PORT": str(port),
            "HEALTH_PORT": str(health_port),
            **settings,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "testapp", "serve"], env=environment, cwd=APP, stdout=output, stderr=output
        )
        url, health_url = (f"http://127.0.0.1:{number}" for number in (port, health_port))
        self.page = Page(url, health_url, brokers, process)

    def __enter__(self) -> Page:
        await_answer(f"{self.page.url}/readyz", 200)
        return self.page

    def __exit__(self, *_: object) -> None:
        self.page.process.terminate()
        self.page.process.wait(20)


def await_answer(url: str, status: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    answer: object = None
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(url).status_code
        except httpx.TransportError as error:
            answer = error
        if answer == status:
            return
        time.sleep(0.05)
    pytest.fail(f"{url} did not answer {status} within {seconds} s; last: {answer}")


def figure(url: str, name: str) -> float:
    """The sum of one metric over its labels."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if re.match(rf"{name}[{{ ]", line))


def await_figure(url: str, name: str, value: float, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while (now := figure(url, name)) != value:
        assert time.monotonic() < deadline, f"{name} is {now}, not {value}, after {seconds} s"
        time.sleep(0.02)


def address(url: str) -> tuple[str, int]:
    """Host and port, for those who speak HTTP by themselves."""
    parsed = httpx.URL(url)
    return parsed.host, parsed.port or 80


def free_ports(count: int) -> list[int]:
    """Different ones, since all are held until the last is found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]
