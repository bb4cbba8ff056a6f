"""A page served by a process of its own."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

APP = Path(__file__).parents[1]
TOPIC = "words"


@dataclass(frozen=True)
class Page:
    url: str
    brokers: str
    process: subprocess.Popen[bytes]


class Replica:
    """`with Replica(brokers) as page`: a replica that is ready, ended at the end."""

    def __init__(self, brokers: str) -> None:
        port = _free_port()
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": brokers,
            "KAFKA_TOPIC": TOPIC,
            "PORT": str(port),
        }
        process = subprocess.Popen([sys.executable, "-m", "testapp", "serve"], env=environment, cwd=APP)
        self.page = Page(f"http://127.0.0.1:{port}", brokers, process)

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
