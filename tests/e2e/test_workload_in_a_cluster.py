"""The application's objects in one Kubernetes cluster, on the real engine: whose they are, and their ends.

The image is a small program here, and there is no Kafka: a topic's name tells it how to behave.
"""

import json
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.home import CHECKOUT
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.kubernetes.server.objects import JOB, NAMESPACE, Key
from emulator.providers.server import ProviderServer
from emulator.tests.kubernetes_world import IMAGE, Site, site
from emulator.tests.stack import Stack
from tests.e2e.environment import eventually

APP = """
import http.server, os, sys, threading, time

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"well")

def serve():
    for port in (8080, 8081):
        threading.Thread(target=http.server.ThreadingHTTPServer(("", port), Page).serve_forever).start()

def create_topics():
    if "slow" in os.environ["KAFKA_TOPICS"]:
        time.sleep(600)

def check():
    if os.environ["KAFKA_TOPIC"] == "broken":
        sys.exit("BROKEN  topic there: there is no topic broken")
    with open("/dev/termination-log", "w") as result:
        result.write('{"roundTripMilliseconds": 1.5}')

{"serve": serve, "create-topics": create_topics, "check": check}[sys.argv[1]]()
"""
PROGRAM = """
import json
import os
import pulumi
from components.aks_access import kubernetes_provider
from components.app_namespace import AppNamespace, AppNamespaceArgs
from components.cluster.waiting import Limits
from components.kafka_login import KafkaLogin
from components.ownership import Ownership
from components.settings.objects.app_limits import AppLimits
from components.settings.state import recorded_outputs
from components.workload import PORTS, KafkaTestApp, KafkaTestAppArgs

asked = json.loads({asked!r})
if not asked.pop("marked", True):
    Ownership.labels = Ownership.annotations = property(lambda self: {{}})
kubeconfig = pulumi.Output.secret(os.environ["KUBECONFIG_TEXT"])
login = KafkaLogin("SASL_PLAINTEXT", mechanism="PLAIN", user="anna", password="s3cret")
place = {{
    "deleted_with": None, "name": "apps", "exists": False, "network_policy": True, "ports": PORTS,
    "bootstrap_servers": "10.10.0.9:9092,10.10.0.10:9092", "login": login,
}}
given = {{
    "kafka": None, "image": os.environ["IMAGE"], "topic": "messages", "replicas": 1, "port": 8080,
    "source_ranges": ["127.0.0.0/8"], "exposure": "public", "open_to_the_world": False, "access_token": None,
    "hosts": (),
}}
place |= {{name: asked.pop(name) for name in [*asked] if name in place}}
below, alone = asked.pop("below", "AppNamespace::app-namespace").split("::"), asked.pop("alone", False)
given |= asked
topics = [{{"name": given["topic"]}}]
limits = Limits(job=60, rollout=60, lasting=2, role=4)
options = pulumi.ResourceOptions(provider=kubernetes_provider("aks", kubeconfig, "one", None))
if below[0] != "AppNamespace":
    declare_component = pulumi.ComponentResource.__init__
    pulumi.ComponentResource.__init__ = lambda self, type_, name, *rest: declare_component(
        self, f"aks-kafka:index:{{below[0]}}", name, *rest
    )
namespace = AppNamespace(
    below[1], AppNamespaceArgs(kubeconfig=kubeconfig, recorded=recorded_outputs(), **place), options
)
if not alone:
    args = KafkaTestAppArgs(
        namespace=namespace, topics=topics, limits=AppLimits(historyBytes=1048576), waiting=limits, **given
    )
    app = KafkaTestApp("app", args, options)
    pulumi.export("url", app.url)
    pulumi.export("roundTripMilliseconds", app.round_trip_milliseconds)
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("kubernetes")
    with site(folder) as one:
        (folder / "image" / "app.py").write_text(APP)
        yield one


@pytest.fixture
def engine(cluster: Site, tmp_path: Path) -> Iterator[Stack]:
    server = ProviderServer(Kubernetes(lambda: [cluster.cluster]))
    server.start()
    environment = {
        "KUBECONFIG_TEXT": cluster.cluster.kubeconfig(),
        "IMAGE": IMAGE,
        "PYTHONPATH": str(CHECKOUT),
    }
    one = Stack(tmp_path, {"kubernetes": server.port}, "", environment)
    yield one
    one.run("destroy", "--yes", "--skip-preview")
    server.stop()


def declare(engine: Stack, **asked: Any) -> None:
    """Makes the program declare the application so."""
    engine.write(PROGRAM.format(asked=json.dumps(asked)))


def objects(cluster: Site, namespace: str = "apps") -> list[Mapping[str, Any]]:
    found = cluster.cluster.objects.list()
    return [one for one in found if one["metadata"].get("namespace") == namespace]


def namespace(cluster: Site, name: str = "apps") -> Mapping[str, Any] | None:
    return cluster.cluster.objects.get(Key(NAMESPACE.name, "", name))


def managers(cluster: Site) -> set[str]:
    """Who owns fields of what the program has made in the namespace."""
    made = [one for one in objects(cluster) if not one["metadata"].get("ownerReferences")]
    return {entry["manager"] for one in made for entry in one["metadata"].get("managedFields", [])}


def test_a_whole_life_leaves_nothing(engine: Stack, cluster: Site) -> None:
    declare(engine)
    engine.run("preview")
    assert namespace(cluster) is None
    engine.up()
    assert engine.outputs()["roundTripMilliseconds"] == 1.5
    assert len(managers(cluster)) == 1
    engine.run("preview", "--expect-no-changes")
    engine.run("refresh", "--yes", "--expect-no-changes")
    engine.run("up", "--yes", "--expect-no-changes")
    engine.run("destroy", "--yes", "--skip-preview")
    assert namespace(cluster) is None


def test_a_stack_of_a_version_without_marks_gets_them_in_place(engine: Stack, cluster: Site) -> None:
    declare(engine, marked=False)
    engine.up()
    before = {one["metadata"]["uid"] for one in objects(cluster) if one["kind"] != JOB.name}
    declare(engine)
    preview = engine.run("preview")
    assert "is not taken over" not in preview
    engine.up()
    assert len(managers(cluster)) == 1
    kept = {one["metadata"]["uid"] for one in objects(cluster)}
    services = [
        one["metadata"]["uid"] for one in objects(cluster) if one["kind"] in ("Service", "Deployment")
    ]
    assert set(services) <= before & kept
    engine.run("up", "--yes", "--expect-no-changes")


def test_what_a_state_has_below_the_application_stays_where_it_is(engine: Stack, cluster: Site) -> None:
    declare(engine, below="KafkaTestApp::app", alone=True)
    engine.up()
    before = {one["metadata"]["uid"]: one["kind"] for one in objects(cluster)}
    assert sorted(before.values()) == ["NetworkPolicy", "Secret"]
    of_namespace = namespace(cluster)
    declare(engine)
    preview = engine.run("preview")
    assert "to create" in preview
    assert "to delete" not in preview
    assert "to replace" not in preview
    engine.up()
    assert before.keys() <= {one["metadata"]["uid"] for one in objects(cluster)}
    assert namespace(cluster) == of_namespace
    assert engine.resources()["namespace-guard"]["parent"].endswith("::app-namespace")


def test_a_namespace_of_somebody_else_s_is_refused_by_the_preview(engine: Stack, cluster: Site) -> None:
    theirs = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "theirs"}}
    cluster.cluster.objects.create(theirs)
    declare(engine, name="theirs")
    said = engine.run("preview", fails=True)
    assert "the namespace theirs exists already, and this stack has not made it" in said
    assert "namespace.existing theirs" in said
    engine.up(fails=True)
    assert objects(cluster, "theirs") == []

    declare(engine, name="theirs", exists=True)
    engine.up()
    engine.run("destroy", "--yes", "--skip-preview")
    assert namespace(cluster, "theirs") is not None


def test_two_stacks_in_one_namespace_leave_each_other_s_objects(engine: Stack, cluster: Site) -> None:
    shared = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shared"}}
    cluster.cluster.objects.create(shared)
    declare(engine, name="shared", exists=True)
    engine.up()
    first = {one["metadata"]["uid"] for one in objects(cluster, "shared")}
    engine.run("stack", "init", "second")
    said = engine.run("preview", fails=True)
    assert "in the namespace shared exists already, and this stack has not made it" in said
    engine.up(fails=True)
    engine.run("destroy", "--yes", "--skip-preview")
    engine.run("stack", "select", "test")
    assert first <= {one["metadata"]["uid"] for one in objects(cluster, "shared")}
    engine.run("up", "--yes", "--expect-no-changes")


def test_a_namespace_stays_with_what_is_somebody_else_s_in_it(engine: Stack, cluster: Site) -> None:
    declare(engine)
    engine.up()
    metadata = {"name": "notes", "namespace": "apps"}
    cluster.cluster.objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    said = engine.run("destroy", "--yes", "--skip-preview", fails=True)
    assert "would be deleted with it: ConfigMap notes" in said
    assert [one["kind"] for one in objects(cluster)] == ["ConfigMap"]
    cluster.cluster.objects.delete(Key("ConfigMap", "apps", "notes"))
    engine.run("destroy", "--yes", "--skip-preview")
    assert namespace(cluster) is None


def test_a_namespace_with_what_is_somebody_else_s_can_be_forgotten(engine: Stack, cluster: Site) -> None:
    declare(engine)
    engine.up()
    metadata = {"name": "notes", "namespace": "apps"}
    cluster.cluster.objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    said = engine.run("destroy", "--yes", "--skip-preview", fails=True)
    assert "`pulumi state delete` of this resource and of the namespace makes the stack forget both" in said
    kept = engine.resources()
    for name in ("namespace-guard", "namespace"):
        engine.run("state", "delete", kept[name]["urn"], "--yes")
    engine.run("destroy", "--yes", "--skip-preview")
    assert [one["kind"] for one in objects(cluster)] == ["ConfigMap"]
    cluster.cluster.objects.delete(Key("ConfigMap", "apps", "notes"))
    cluster.cluster.objects.delete(Key(NAMESPACE.name, "", "apps"))


def test_a_broken_link_fails_up_with_the_check_s_text_and_the_next_up_checks_again(
    engine: Stack, cluster: Site
) -> None:
    declare(engine, topic="broken")
    said = engine.up(fails=True)
    assert "BROKEN  topic there: there is no topic broken" in said
    assert "[BackoffLimitExceeded]" in said
    assert not [one for one in objects(cluster) if one["kind"] == "Deployment"]
    former = {
        one["metadata"]["uid"] for one in objects(cluster) if one["metadata"]["name"].startswith("check-")
    }
    engine.up(fails=True)
    again = {
        one["metadata"]["uid"] for one in objects(cluster) if one["metadata"]["name"].startswith("check-")
    }
    assert former.isdisjoint(again)
    declare(engine)
    engine.up()


def test_an_image_that_is_not_there_is_said(engine: Stack) -> None:
    declare(engine, image="registry.azurecr.io/none:1")
    said = engine.up(fails=True)
    assert "there is no such image: " in said
    assert "registry.azurecr.io/none:1: not found" in said


def test_a_run_killed_while_topics_are_made_is_picked_up_with_other_brokers(
    engine: Stack, cluster: Site
) -> None:
    declare(engine, topic="slow")
    running = engine.start("up", "--yes", "--skip-preview")
    eventually(lambda: any(one["kind"] == JOB.name for one in objects(cluster)), "the Job is made")
    running.send_signal(signal.SIGKILL)
    running.communicate()
    engine.run("cancel", "--yes")
    declare(engine, bootstrap_servers="10.10.0.8:9092")
    engine.up()
    assert len(managers(cluster)) == 1
    engine.run("preview", "--expect-no-changes")
