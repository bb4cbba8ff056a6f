"""A Kubernetes cluster for tests: a world with one network, and an image whose program does as it is told."""

import base64
import contextlib
import json
import ssl
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from emulator.home import Home
from emulator.kubernetes.cluster import Image, KubernetesCluster, PullRefused
from emulator.kubernetes.controllers.backoff import Backoff, Timing
from emulator.kubernetes.node.logs import last_lines
from emulator.kubernetes.server.defaults import with_defaults, with_job_identity
from emulator.kubernetes.server.objects import JOB, POD, Object, key_of
from emulator.network.specification import ProcessSpec
from emulator.network.world import World
from emulator.registry import base
from emulator.specifications import KubernetesSpec
from emulator.tls import Authority

DEADLINE = 30.0
IMAGE = "registry.azurecr.io/app:1"
QUICK = Timing(
    image_pull=Backoff(0.05, 0.2), restart=Backoff(0.05, 0.2), job=Backoff(0, 0), configuration=0.05
)

SPEC = KubernetesSpec(
    name="aks-test",
    network="aks",
    subnet_prefix="10.20.0.0/24",
    reserved=["10.20.0.6"],
    node_count=2,
    service_cidr="10.0.0.0/16",
    kubelet_identity="kubelet",
    version="1.33",
    pod_cidr=None,
)

PROGRAM = """
import http.server, json, os, pathlib, signal, socket, sys, threading, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        pages = {"/": socket.gethostname(), "/env": json.dumps(dict(os.environ))}
        status, body = 200, pages.get(self.path, "")
        if self.path == "/user":
            body = f"{os.getuid()}:{os.getgid()}"
        if self.path == "/caller":
            body = self.client_address[0]
        if self.path == "/slow":
            print("slow begins", flush=True)
            time.sleep(1)
            body = "at last"
        if self.path.startswith("/file"):
            file = pathlib.Path("/tmp", self.path[1:])
            status = 200 if file.exists() else 503
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        pathlib.Path("/tmp", self.path[1:]).touch()
        self.send_response(201)
        self.end_headers()

def serve(delay=0.0):
    server = http.server.ThreadingHTTPServer(("", 8080), Handler)
    server.daemon_threads = False

    def end(*_):
        print("asked to end", flush=True)
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    print("serving", flush=True)
    server.serve_forever()
    server.server_close()

def fail(message="it is broken", code="3"):
    print(message, flush=True)
    sys.exit(int(code))

def succeed():
    print("done", flush=True)

def stay():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("staying", flush=True)
    while True:
        signal.pause()

def run(source):
    exec(source)

globals()[sys.argv[1]](*sys.argv[2:])
"""


class Images:
    """A registry with one image, which may refuse to hand it out."""

    def __init__(self, folder: Path) -> None:
        base.lay_base(folder)
        (folder / "app.py").write_text(textwrap.dedent(PROGRAM))
        self._image = Image(
            folder=folder,
            entrypoint=["python", "/app.py"],
            command=["serve"],
            environment=base.environment(),
            user="10001",
            folder_in="/",
            binds=base.binds(),
        )
        self.refusal: str | None = None
        self.pulls: list[tuple[str, str]] = []

    def pull(self, reference: str, puller: str) -> Image:
        self.pulls.append((reference, puller))
        if self.refusal is not None:
            raise PullRefused(self.refusal)
        if reference.rpartition(":")[0] != IMAGE.rpartition(":")[0]:
            raise PullRefused(f"{reference}: not found")
        return self._image


class Site:
    """A cluster that runs, and what tests ask it."""

    def __init__(
        self, home: Home, world: World, images: Images, timing: Timing, spec: KubernetesSpec
    ) -> None:
        self.home = home
        self.world = world
        self.images = images
        self._authority = Authority(home.tls)
        self._timing = timing
        self._spec = spec
        self.cluster = self.handle()

    def handle(self) -> KubernetesCluster:
        """Another handle of the same cluster, as a daemon would make it that starts."""
        return KubernetesCluster(
            self.home, self.world, self._authority, self.images, self._spec, self._timing
        )

    def create(self, item: Object) -> Object:
        """Sends an object to the API server, as the provider would."""
        complete = with_defaults(item)
        if item["kind"] == JOB.name:
            complete["metadata"]["uid"] = item["metadata"]["name"]
            complete = with_job_identity(complete, complete["metadata"]["uid"])
        return self.cluster.objects.create(complete)

    def get(self, item: Object) -> Object:
        found = self.cluster.objects.get(key_of(item))
        assert found is not None, key_of(item)
        return found

    def pods(self) -> list[Object]:
        return self.cluster.objects.list([POD.name])

    def wait(self, condition: Callable[[], Any]) -> None:
        """Waits until the condition holds; fails, showing the pods, when it does not in time."""
        in_time = self.cluster.objects.wait_until(lambda: bool(condition()), DEADLINE)
        assert in_time, [pod["status"] for pod in self.pods()]

    def wait_for(self, find: Callable[[], Any]) -> Any:
        """Waits until there is something to find, and answers that."""
        self.wait(find)
        return find()

    def read_log(self, pod: Object) -> str:
        """The last lines that a pod has printed."""
        metadata = pod["metadata"]
        logs = self.home.logs / self._spec.name / metadata["namespace"]
        return last_lines(logs / f"{metadata['name']}.log")

    def wait_log(self, pod: Object, text: str) -> None:
        """Waits until the pod has printed `text`."""
        deadline = time.monotonic() + DEADLINE
        while text not in (printed := self.read_log(pod)):
            assert time.monotonic() < deadline, printed
            time.sleep(0.02)

    def execute(self, pod: Object, *command: str) -> int:
        """Runs a command on the pod's node; its exit code."""
        metadata = pod["metadata"]
        node = f"aks-test/{metadata['namespace']}/{metadata['name']}"
        return self.world.spawn(node, ProcessSpec(command, {"PATH": "/usr/bin:/bin"})).wait(DEADLINE)

    def wait_available(self, deployment: Object, count: int) -> None:
        self.wait(lambda: self.get(deployment)["status"].get("availableReplicas", 0) == count)

    def states(self) -> list[str]:
        """The reason for which each pod waits or ended, or "running"."""
        statuses = [one for pod in self.pods() for one in pod["status"].get("containerStatuses", [])]
        return [
            next(state.get("reason", name) for name, state in status["state"].items()) for status in statuses
        ]

    def address(self, service: Object) -> str:
        """The Service's, once it has one and connections reach a pod."""
        self.wait(lambda: self.cluster.front_end(service).reaches_pods)
        return self.get(service)["status"]["loadBalancer"]["ingress"][0]["ip"]


@contextlib.contextmanager
def site(folder: Path, **specification: Any) -> Iterator[Site]:
    """A world with a cluster of two nodes in it, kept in `folder`. `specification`: other settings."""
    home = Home(folder / "home")
    world = World.start(home)
    try:
        world.add_network("aks", ["10.20.0.0/16"])
        one = Site(home, world, Images(folder / "image"), QUICK, replace(SPEC, **specification))
        one.cluster.create()
        yield one
        one.cluster.close()
        one.world.close()
    finally:
        world.close()


def ask(
    cluster: Site, path: str, *, token: str | None = None, method: str = "GET", body: Object | None = None
) -> tuple[int, Any]:
    """Asks the cluster's API server as its kubeconfig says; the status, and an object or text."""
    kubeconfig = yaml.safe_load(cluster.cluster.kubeconfig())
    server = kubeconfig["clusters"][0]["cluster"]
    authority = base64.b64decode(server["certificate-authority-data"]).decode()
    own = kubeconfig["users"][0]["user"]["token"]
    request = urllib.request.Request(
        server["server"] + path,
        headers={"Authorization": f"Bearer {own if token is None else token}"},
        method=method,
        data=None if body is None else json.dumps(body).encode(),
    )
    context = ssl.create_default_context(cadata=authority)
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            said = answer.read().decode()
            return answer.status, said if answer.headers["Content-Type"] == "text/plain" else json.loads(said)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def deployment(name: str = "web", replicas: int = 2, **container: Any) -> Object:
    """A Deployment of the test image. `container`: more fields of its container."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "terminationGracePeriodSeconds": 5,
                    "containers": [
                        {
                            "name": "app",
                            "image": IMAGE,
                            "ports": [{"name": "http", "containerPort": 8080}],
                            "readinessProbe": {
                                "httpGet": {"path": "/", "port": "http"},
                                "periodSeconds": 1,
                                "timeoutSeconds": 5,
                            },
                            **container,
                        }
                    ],
                },
            },
        },
    }


def service(name: str = "web", port: int = 8080) -> Object:
    """A Service in front of the Deployment of that name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": name},
            "ports": [{"port": port, "targetPort": "http"}],
        },
    }


def job(*arguments: str, name: str = "work", restart_policy: str = "Never", **specification: Any) -> Object:
    """A Job that runs the test image with these arguments."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "template": {
                "spec": {
                    "restartPolicy": restart_policy,
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{"name": "work", "image": IMAGE, "args": list(arguments)}],
                }
            },
            **specification,
        },
    }
