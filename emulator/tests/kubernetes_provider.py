"""The emulated pulumi-kubernetes with an API server without controllers, called step by step."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import grpc

from emulator.kubernetes.provider.provider import Kubernetes
from emulator.kubernetes.provider.session import Session
from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import Key, Object
from emulator.kubernetes.services.frontends import FrontEnd
from emulator.providers.calls import Call, Cancellation, begin_call
from emulator.store import Store
from emulator.tests.kubernetes_world import SPEC

FIXED = {"pulumi.com/patchFieldManager": "stack"}
LATER = {"pulumi.com/skipAwait": "true"}


class Cluster:
    """An API server without controllers, and the provider that applies to it."""

    def __init__(self, folder: Path) -> None:
        """From now on this thread answers a call that somebody waits for."""
        context = SimpleNamespace(is_active=lambda: True, add_callback=lambda _: True)
        begin_call(Call(cast(grpc.ServicerContext, context), Cancellation()))
        self.objects = ObjectStore(Store(folder / "objects"))
        self._provider = Kubernetes(list)
        self.force = False
        self.upsert = True

    @property
    def session(self) -> Session:
        found = SimpleNamespace(objects=self.objects, spec=SPEC, front_end=lambda _: FrontEnd())
        session = SimpleNamespace(
            cluster=lambda: found, find=lambda: found, upsert=self.upsert, force=self.force, mutable_kinds=()
        )
        return cast(Session, session)

    def create(self, inputs: Object) -> Object:
        """The state that would be kept."""
        return self._provider.create(self.session, "urn", _type(inputs), inputs, False, 0.01)[1]

    def update(self, state: Object, inputs: Object, *, preview: bool = False) -> Object:
        identifier = f"default/{inputs['metadata']['name']}"
        call = (self.session, "urn", _type(inputs), identifier, state, inputs, preview, 0.01)
        return self._provider.update(*call)

    def read(self, state: Object, inputs: Object) -> tuple[Object, Object]:
        """Inputs and state, as a refresh finds them."""
        identifier = f"default/{inputs['metadata']['name']}"
        found = self._provider.read(self.session, "urn", _type(inputs), identifier, inputs, state)
        assert found is not None
        return found[1], found[2]

    def get(self, inputs: Object) -> Object:
        found = self.objects.get(Key(inputs["kind"], "default", inputs["metadata"]["name"]))
        assert found is not None
        return found


def _type(inputs: Object) -> str:
    version = inputs["apiVersion"] if "/" in inputs["apiVersion"] else f"core/{inputs['apiVersion']}"
    return f"kubernetes:{version}:{inputs['kind']}"


def settings(annotations: Object | None = None, **data: str) -> Object:
    metadata = {"name": "settings", "namespace": "default"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata | ({"annotations": annotations} if annotations else {}),
        "data": data,
    }


def service(*ports: int, annotations: Object = LATER) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default", "annotations": annotations},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": "web"},
            "ports": [{"port": port, "name": "http", "targetPort": 8080} for port in ports],
        },
    }
