"""What programs in YAML learn of the providers: names of types, fields and settings."""

import json

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from emulator.command.provider import Command
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.kubernetes.server.objects import KINDS
from emulator.providers.server import ProviderServer


def test_every_modelled_kind_has_a_type_with_its_fields() -> None:
    schema = Kubernetes(list).schema()
    types = schema["resources"]
    assert {token.rpartition(":")[2] for token in types} == set(KINDS) - {"Pod", "ReplicaSet"}
    assert set(types["kubernetes:core/v1:Secret"]["inputProperties"]) >= {"metadata", "data", "stringData"}
    deployment = types["kubernetes:apps/v1:Deployment"]
    assert set(deployment["inputProperties"]) == {"apiVersion", "kind", "metadata", "spec"}
    assert set(deployment["properties"]) == {*deployment["inputProperties"], "status"}


def test_settings_are_those_that_the_provider_takes_itself() -> None:
    settings = set(Kubernetes(list).schema()["provider"]["inputProperties"])
    assert {"kubeconfig", "clusterIdentifier"} <= settings
    assert "version" not in settings


def test_commands_have_their_inputs_and_what_they_print() -> None:
    [properties] = Command().schema()["resources"].values()
    assert {"create", "update", "environment", "triggers"} <= set(properties["inputProperties"])
    assert set(properties["properties"]) - set(properties["inputProperties"]) == {"stdout", "stderr"}


def test_a_language_host_gets_it_as_json() -> None:
    server = ProviderServer(Command())
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            answer = stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=30)
    finally:
        server.stop()
    assert json.loads(answer.schema) == Command().schema()
