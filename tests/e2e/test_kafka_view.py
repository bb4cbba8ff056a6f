"""The view's pod in a whole environment: what Kafka said before the change, and says since."""

import base64
import json
import ssl
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import yaml

from tests.e2e.environment import Environment, eventually

PODS = "/api/v1/namespaces/kafka-test/pods"
SELECTED = {"labelSelector": "app.kubernetes.io/component=kafka-view"}


def test_names_are_seen_before_the_change_and_addresses_since(environment: Environment) -> None:
    logs = sorted((environment.home / "logs").glob("*/kafka-test/kafka-view-*.log"))
    seen = [one for log in logs for one in documents(log.read_text())]
    before = [
        broker["advertised"]["PLAINTEXT"]
        for document in seen
        for broker in document["brokers"].values()
        if broker["advertised"]
    ]
    # Asked under its name, a broker answers: the name resolves for this pod.
    assert any(place.startswith("wn0-") and place.endswith(".cloudapp.net:9092") for place in before), before
    servers = set(environment.outputs()["bootstrapServers"].split(","))

    def advertises_addresses() -> bool:
        told = [one for line in read(environment) for one in documents(line)] or [{"brokers": {}}]
        brokers = told[-1]["brokers"].values()
        advertised = {place for one in brokers for place in (one["advertised"] or {}).values()}
        return advertised == servers == {f"{one['address']}:9092" for one in brokers}

    eventually(advertises_addresses, "every broker says that it advertises its address", 90)
    [document, *_] = reversed([one for line in read(environment) for one in documents(line)])
    assert str(document["controller"]) in document["brokers"]
    leader, replicas, in_sync = document["partitions"]["messages"][0]
    assert leader in replicas
    assert set(in_sync) <= set(replicas)


def test_a_heartbeat_of_the_last_seconds_is_read_by_the_credentials_that_deploy(
    environment: Environment,
) -> None:
    def round_now() -> int:
        [text] = read(environment, sinceSeconds="20", tailLines="1")
        return json.loads(text)["round"] if text else 0

    first = round_now()
    eventually(lambda: round_now() > first > 0, "another round is over", 30)


def documents(log: str) -> Iterator[dict[str, Any]]:
    """The snapshots of a log, in order."""
    parts: list[str] = []
    for line in log.splitlines():
        told = json.loads(line) if line.startswith("{") else {}
        if "snapshot" in told:
            parts = [*(parts if told["part"] > 1 else []), told["data"]]
            if told["part"] == told["of"]:
                yield json.loads(zlib.decompress(base64.b64decode("".join(parts))))


def read(environment: Environment, **parameters: str) -> list[str]:
    """What AKS's API server hands out of the logs of the view's pods."""
    shown = ("stack", "output", "kubeconfig", "--show-secrets")
    kubeconfig = yaml.safe_load(environment.pulumi(*shown))
    cluster = kubeconfig["clusters"][0]["cluster"]
    context = ssl.create_default_context(
        cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
    )
    headers = {"Authorization": f"Bearer {kubeconfig['users'][0]['user']['token']}"}
    with httpx.Client(base_url=cluster["server"], headers=headers, verify=context) as api:
        pods = api.get(PODS, params=SELECTED).json()["items"]
        names = [pod["metadata"]["name"] for pod in pods]
        return [api.get(f"{PODS}/{name}/log", params=parameters).text for name in names]
