"""Pods reach brokers by both halves of the peering; one that somebody deleted comes back by `up`."""

from pathlib import Path

import httpx
import pytest

from tests.troubleshooting import is_documented

from .environment import Environment, adapted, await_page, eventually, occurrences, send

PEERING = "azure-native:network:VirtualNetworkPeering"
CONNECT = """\
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9092), timeout=3).close()
except TimeoutError:
    print("timed out")
else:
    print("connected")
"""


class SomebodyElse:
    """Another program in the same subscription, with a stack of its own."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        self._environment = environment
        self._folder = folder
        (folder / "Pulumi.yaml").write_text("name: somebody-else\nruntime: python\n")
        (folder / "__main__.py").touch()

    def delete(self, resource_type: str, resource_id: str) -> None:
        """Take over a resource, and delete it."""
        self._pulumi(
            "import", resource_type, "taken", resource_id, "--yes", "--protect=false", "--generate-code=false"
        )
        self._pulumi("destroy", "--yes", "--skip-preview")

    def leave(self) -> None:
        self._pulumi("stack", "rm", "local", "--yes")

    def _pulumi(self, *arguments: str) -> None:
        self._environment.pulumi("--program", str(self._folder), *arguments)


def peerings(environment: Environment) -> dict[str, str]:
    """Azure's ids of the halves, by their names in the program."""
    return {
        resource["urn"].rpartition("::")[2]: resource["id"]
        for resource in environment.resources()
        if resource["type"] == PEERING
    }


@pytest.fixture
def broker(environment: Environment) -> str:
    return environment.succeed("exec", "wn0", "--", "hostname", "-i").strip()


def test_a_half_of_the_peering_that_somebody_deleted_comes_back_in_one_up(
    environment: Environment, broker: str, tmp_path: Path
) -> None:
    names = [node["name"].rsplit("/", 1)[-1] for node in environment.status()["nodes"]]
    pod = next(name for name in names if name.startswith("kafka-test-app-"))

    def connect(node: str) -> str:
        return environment.succeed("exec", node, "--", "python3", "-c", CONNECT, broker).strip()

    halves = peerings(environment)
    assert halves.keys() == {"aks-to-hdinsight", "hdinsight-to-aks"}
    assert (connect(pod), connect("aks")) == ("connected", "connected")

    somebody = SomebodyElse(environment, tmp_path)
    somebody.delete(PEERING, halves["hdinsight-to-aks"])
    assert (connect(pod), connect("aks")) == ("timed out", "timed out")
    assert connect("wn3") == "connected"
    found = environment.run("exec", pod, "--", "python", "-m", "testapp", "check")
    assert found.status == 11, found.output
    assert "BROKEN  address reachable: " in found.output
    assert "likely cause: no packet comes back: a half of the peering is missing" in found.output
    assert "az network vnet peering list" in found.output
    assert is_documented(found.output)
    url = environment.outputs()["appUrl"]
    eventually(lambda: httpx.get(f"{url}/readyz", timeout=5).status_code == 503, "the page knows")
    assert "Messages from Kafka" in httpx.get(url, timeout=5).text

    for refresh, lost in (([], "hdinsight-to-aks"), (["--refresh"], "aks-to-hdinsight")):
        if refresh:
            somebody.delete(PEERING, halves[lost])
            assert connect(pod) == "timed out"
        said = environment.pulumi("preview", *refresh)
        assert f"A half of the peering was deleted, {lost}, and no pod reaches a broker." in said
        environment.succeed("up", *refresh)
        assert (connect(pod), connect("aks"), connect("wn3")) == ("connected",) * 3
        assert peerings(environment) == halves
        environment.pulumi("preview", "--expect-no-changes")
        environment.pulumi("preview", "--refresh", "--expect-no-changes")
    somebody.leave()
    await_page(url)
    send(url, "reached again")
    eventually(lambda: occurrences(url, "reached again") >= 1, "the message comes back")


def test_range_that_is_added_is_known_to_the_other_side(environment: Environment, tmp_path: Path) -> None:
    def known(half: str) -> tuple[list[str], str]:
        [found] = [each for each in environment.resources() if each["urn"].endswith(f"::{half}")]
        return found["outputs"]["remoteAddressSpace"]["addressPrefixes"], found["outputs"]["peeringSyncLevel"]

    ranges = ["10.20.0.0/16", "192.168.0.0/20"]
    settings = adapted(tmp_path, aksAddressSpace=ranges)
    planned = environment.pulumi("preview", "--diff", *settings)
    assert "2 to update" in planned
    environment.succeed("up", *settings)
    assert known("hdinsight-to-aks") == (ranges, "FullyInSync")
    environment.pulumi("preview", "--refresh", "--expect-no-changes", *settings)
    environment.succeed("up")
    assert known("hdinsight-to-aks") == (ranges[:1], "FullyInSync")
    environment.pulumi("preview", "--refresh", "--expect-no-changes")
