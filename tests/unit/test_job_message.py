"""A Job's last word: asked for with the stack's own credentials, of the Job's own pod, once."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.job_message import JobMessageProvider, last_message
from components.kubernetes_api import KubeconfigUnusable, list_pods

UID = "11111111-1111-1111-1111-111111111111"


def pod(message: str | None, *, owner: str = UID, phase: str = "Succeeded") -> dict[str, Any]:
    ended = {"exitCode": 0, **({"message": message} if message is not None else {})}
    return {
        "metadata": {"ownerReferences": [{"uid": owner}]},
        "status": {"phase": phase, "containerStatuses": [{"state": {"terminated": ended}}]},
    }


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        ([pod("well")], "well"),
        ([pod("ill", phase="Failed"), pod("well")], "well"),
        ([pod("of a former Job", owner="another")], ""),
        ([pod(None)], ""),
        ([], ""),
    ],
)
def test_the_message_is_that_of_the_job_s_pod_that_succeeded(
    pods: list[dict[str, Any]], message: str
) -> None:
    assert last_message(pods, UID) == message


class Cluster(HTTPServer):
    """An API server that has one pod, and remembers who asked for what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, str | None]] = []


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Cluster)
        self.server.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"items": [pod("well")]}).encode())

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def kubeconfig(server: Cluster | str, **user: Any) -> str:
    url = server if isinstance(server, str) else f"http://127.0.0.1:{server.server_port}"
    return yaml.safe_dump(
        {
            "current-context": "one",
            "contexts": [
                {"name": "other", "context": {"cluster": "none", "user": "none"}},
                {"name": "one", "context": {"cluster": "c", "user": "u"}},
            ],
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": user}],
        }
    )


def test_a_token_is_sent_and_the_pods_are_chosen_by_label(cluster: Cluster) -> None:
    assert list_pods(kubeconfig(cluster, token="secret"), "ns", {"a/b": "c"}) == [pod("well")]
    assert cluster.asked == [("/api/v1/namespaces/ns/pods?labelSelector=a%2Fb%3Dc", "Bearer secret")]


def test_a_token_may_come_from_a_program(cluster: Cluster, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text('#!/bin/sh\necho "{\\"status\\": {\\"token\\": \\"$1-$KIND\\"}}"\n')
    plugin.chmod(0o755)
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "args": ["printed"],
        "env": [{"name": "KIND", "value": "token"}],
    }
    list_pods(kubeconfig(cluster, exec=program), "ns", {})
    assert cluster.asked[0][1] == "Bearer printed-token"


def test_credentials_of_no_kind_that_is_known_are_named(cluster: Cluster) -> None:
    with pytest.raises(KubeconfigUnusable, match="no token, no client certificate and no exec"):
        list_pods(kubeconfig(cluster, username="a"), "ns", {})
    key = base64.b64encode(b"key").decode()
    with pytest.raises(KubeconfigUnusable):
        list_pods(kubeconfig(cluster, **{"client-key-data": key}), "ns", {})
    with pytest.raises(KubeconfigUnusable, match="current-context"):
        list_pods("clusters: []", "ns", {})


def test_the_message_is_read_again_for_another_job_only(cluster: Cluster) -> None:
    provider = JobMessageProvider()
    inputs = {
        "kubeconfig": kubeconfig(cluster, token="t"),
        "namespace": "ns",
        "job": "check-1",
        "jobUid": UID,
    }
    created = provider.create(inputs)
    assert created.outs is not None
    assert created.outs["message"] == "well"
    assert "kubeconfig" not in created.outs
    assert not provider.diff("", created.outs, {**inputs, "kubeconfig": "renewed"}).changes
    assert provider.diff("", created.outs, {**inputs, "jobUid": "another"}).changes
    updated = provider.update("", created.outs, {**inputs, "jobUid": "another"})
    assert updated.outs is not None
    assert (updated.outs["message"], updated.outs["jobUid"]) == ("", "another")
