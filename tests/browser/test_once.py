"""Each message shows once in every browser, while brokers roll, replicas die and pages are loaded again."""

import os
import signal
import uuid
from collections import Counter
from itertools import pairwise

import httpx
import pytest

from tests.browser.chromium import Browser
from tests.e2e.environment import Environment, eventually
from tests.e2e.live_kafka import LiveKafka, Visitor, bundle


@pytest.fixture
def kafka(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> LiveKafka:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle(environment))
    return LiveKafka.of(environment)


def replicas(environment: Environment) -> dict[str, int]:
    """The process of each pod of the page."""
    nodes = environment.status()["nodes"]
    return {
        node["name"]: process["pid"]
        for node in nodes
        if "/kafka-test-app-" in node["name"]
        for process in node["processes"]
    }


def kill(environment: Environment, pod: str) -> None:
    """Without a moment to drain; the container is started again."""
    before = replicas(environment)[pod]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: replicas(environment).get(pod, before) != before, "it was started again")


def everything_in_sync(url: str) -> bool:
    try:
        cluster = httpx.get(f"{url}/cluster", timeout=5).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(cluster.get("partitions")) and all(
        set(partition["inSyncReplicas"]) == set(partition["replicas"]) for partition in cluster["partitions"]
    )


def test_each_message_shows_once_whatever_happens(
    browser: Browser, other_browser: Browser, kafka: LiveKafka
) -> None:
    environment = kafka.environment
    url = environment.outputs()["appUrl"]
    for each in (browser, other_browser):
        each.open(url)
    visitor = Visitor(url, f"once {uuid.uuid4()}", pause=0.4)
    try:
        for number, host in enumerate(kafka.hosts()):
            kafka.restart_by_hand([host])
            eventually(lambda: everything_in_sync(url), f"all replicas are in sync after {host}", seconds=60)
            if number == 0:
                other_browser.chrome.refresh()
        for pod in replicas(environment):
            kill(environment, pod)
    finally:
        visitor.stop()
    assert len(visitor.sent) > 20
    for each in (browser, other_browser):
        check(each, visitor.sent)


def check(browser: Browser, sent: list[str]) -> None:
    """Everything that was acknowledged was shown, nothing twice, and in order within its partition."""
    browser.wait(lambda: set(sent) <= {text for _, text in browser.recorded()}, "everything is shown", 60)
    texts = Counter(text for _, text in browser.recorded())
    assert {text: texts[text] for text in sent if texts[text] != 1} == {}
    assert [place for place, count in Counter(browser.recorded()).items() if count > 1] == []
    offsets: dict[str, list[int]] = {}
    for place, _ in browser.shown():
        partition, offset = place.split(":")
        offsets.setdefault(partition, []).append(int(offset))
    # The newest come first.
    assert all(later > earlier for shown in offsets.values() for later, earlier in pairwise(shown))
