"""Translates messages of pulumirpc.ResourceProvider (pulumi/proto/pulumi/provider.proto) for a `Provider`.

Providers get secrets as plain values. Outputs are marked as secret here: by the inputs of the same name, as
the engine does for a provider that doesn't accept secrets (annotateSecrets in
pulumi/pkg/v3/resource/plugin/provider_plugin.go), and by `Provider.secret_outputs` and `derived_outputs`.

The engine calls no provider whose own configuration is unknown during a preview.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.protobuf.message import Message
from pulumi.runtime.proto import plugin_pb2, provider_pb2, status_pb2

from emulator.providers.calls import Call, begin_call, current_call
from emulator.providers.comparison import covers, has_path, top_level
from emulator.providers.provider import Difference, Properties, Provider, ProviderError
from emulator.providers.sessions import Sessions
from emulator.providers.values import holds_secret, mark_like, to_properties, to_struct

log = logging.getLogger(__name__)

Method = Callable[[Any, str], Message]
"""Handles a request, given its message and the address of the peer."""


def handlers(provider: Provider) -> grpc.GenericRpcHandler:
    """The gRPC handlers of a provider. Other methods get "unimplemented", which the engine accepts."""
    protocol = _Protocol(provider)
    methods: dict[str, tuple[type[Message], Method]] = {
        "Handshake": (provider_pb2.ProviderHandshakeRequest, protocol.handshake),
        "Attach": (plugin_pb2.PluginAttach, protocol.attach),
        "GetPluginInfo": (empty_pb2.Empty, protocol.plugin_info),
        "GetSchema": (provider_pb2.GetSchemaRequest, protocol.schema),
        "DiffConfig": (provider_pb2.DiffRequest, protocol.diff_config),
        "Configure": (provider_pb2.ConfigureRequest, protocol.configure),
        "Check": (provider_pb2.CheckRequest, protocol.check),
        "Diff": (provider_pb2.DiffRequest, protocol.diff),
        "Create": (provider_pb2.CreateRequest, protocol.create),
        "Read": (provider_pb2.ReadRequest, protocol.read),
        "Update": (provider_pb2.UpdateRequest, protocol.update),
        "Delete": (provider_pb2.DeleteRequest, protocol.delete),
        "Invoke": (provider_pb2.InvokeRequest, protocol.invoke),
        "Cancel": (empty_pb2.Empty, protocol.cancel),
    }
    return grpc.method_handlers_generic_handler(
        "pulumirpc.ResourceProvider",
        {name: _handler(protocol, name, request, method) for name, (request, method) in methods.items()},
    )


class _Protocol:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._sessions = Sessions()

    def begin(self, context: grpc.ServicerContext) -> None:
        """Begins a call, in the thread that handles it."""
        begin_call(Call(context, self._sessions.cancellation(context.peer())))

    def handshake(self, _request: provider_pb2.ProviderHandshakeRequest, peer: str) -> Message:
        self._sessions.begin(peer)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def attach(self, _request: plugin_pb2.PluginAttach, _peer: str) -> Message:
        return empty_pb2.Empty()

    def plugin_info(self, _request: empty_pb2.Empty, _peer: str) -> Message:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def schema(self, _request: provider_pb2.GetSchemaRequest, _peer: str) -> Message:
        return provider_pb2.GetSchemaResponse(schema=json.dumps(self._provider.schema()))

    def cancel(self, _request: empty_pb2.Empty, peer: str) -> Message:
        self._sessions.cancellation(peer).request()
        return empty_pb2.Empty()

    def diff_config(self, request: provider_pb2.DiffRequest, _peer: str) -> Message:
        olds, news = to_properties(request.old_inputs), to_properties(request.news)
        return _diff_response(self._provider.diff_config(olds, news), olds, news)

    def configure(self, request: provider_pb2.ConfigureRequest, peer: str) -> Message:
        self._sessions.configure(peer, self._provider.configure(to_properties(request.args)))
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptSecrets=True)

    def check(self, request: provider_pb2.CheckRequest, peer: str) -> Message:
        begin_call(replace(current_call(), seed=request.randomSeed))
        inputs, failures = self._provider.check(
            self._sessions.get(peer),
            request.urn,
            request.type,
            to_properties(request.olds),
            to_properties(request.news),
        )
        return provider_pb2.CheckResponse(
            inputs=mark_like(to_struct(inputs), request.news),
            failures=[
                provider_pb2.CheckFailure(property=failure.property, reason=failure.reason)
                for failure in failures
            ],
        )

    def diff(self, request: provider_pb2.DiffRequest, peer: str) -> Message:
        olds, news = to_properties(request.old_inputs), to_properties(request.news)
        difference = self._provider.diff(
            self._sessions.get(peer),
            request.urn,
            request.type,
            request.id,
            olds,
            to_properties(request.olds),
            news,
        )
        return _diff_response(_without(difference, request.ignoreChanges), olds, news)

    def create(self, request: provider_pb2.CreateRequest, peer: str) -> Message:
        identifier, state = self._provider.create(
            self._sessions.get(peer),
            request.urn,
            request.type,
            to_properties(request.properties),
            request.preview,
            request.timeout,
        )
        outputs = self._outputs(request.type, state, request.properties)
        return provider_pb2.CreateResponse(id=identifier, properties=outputs)

    def read(self, request: provider_pb2.ReadRequest, peer: str) -> Message:
        found = self._provider.read(
            self._sessions.get(peer),
            request.urn,
            request.type,
            request.id,
            to_properties(request.inputs),
            to_properties(request.properties),
        )
        if found is None:
            return provider_pb2.ReadResponse()
        identifier, inputs, state = found
        return provider_pb2.ReadResponse(
            id=identifier,
            inputs=mark_like(to_struct(inputs), request.inputs),
            properties=self._outputs(request.type, state, request.properties),
        )

    def update(self, request: provider_pb2.UpdateRequest, peer: str) -> Message:
        state = self._provider.update(
            self._sessions.get(peer),
            request.urn,
            request.type,
            request.id,
            to_properties(request.olds),
            to_properties(request.news),
            request.preview,
            request.timeout,
        )
        return provider_pb2.UpdateResponse(properties=self._outputs(request.type, state, request.news))

    def delete(self, request: provider_pb2.DeleteRequest, peer: str) -> Message:
        self._provider.delete(
            self._sessions.get(peer),
            request.urn,
            request.type,
            request.id,
            to_properties(request.properties),
            request.timeout,
        )
        return empty_pb2.Empty()

    def invoke(self, request: provider_pb2.InvokeRequest, peer: str) -> Message:
        result = self._provider.invoke(self._sessions.get(peer), request.tok, to_properties(request.args))
        # `return` is a keyword in Python but a field of the message.
        fields: dict[str, Any] = {"return": self._outputs(request.tok, result, request.args)}
        return provider_pb2.InvokeResponse(**fields)

    def cut_short(self, request: Any, error: ProviderError) -> grpc.Status:
        """The status of a failed operation, with the resource as ErrorResourceInitFailed if it exists."""
        if error.partial is None:
            return _Status(grpc.StatusCode.UNKNOWN, str(error), ())
        identifier, state = error.partial
        given = request.news if isinstance(request, provider_pb2.UpdateRequest) else request.properties
        declared = request.inputs if isinstance(request, provider_pb2.ReadRequest) else given
        failed = provider_pb2.ErrorResourceInitFailed(
            id=identifier, properties=self._outputs(request.type, state, given), reasons=[str(error)]
        )
        if error.inputs is not None:
            failed.inputs.CopyFrom(mark_like(to_struct(error.inputs), declared))
        return _detailed_status(str(error), failed)

    def _outputs(self, token: str, state: Properties, given: struct_pb2.Struct) -> struct_pb2.Struct:
        secrets = self._provider.secret_outputs(token)
        if holds_secret(given):
            secrets |= self._provider.derived_outputs(token)
        return mark_like(to_struct(state, secrets), given)


def _without(difference: Difference, ignored: Sequence[str]) -> Difference:
    """The difference without ignored changes, which at a refresh the engine leaves to the provider."""

    def counts(path: str) -> bool:
        return not any(covers(pattern, path) for pattern in ignored)

    changed, replace = filter(counts, difference.changed), list(filter(counts, difference.replace))
    return Difference(list(changed), replace, difference.delete_before_replace and bool(replace))


def _diff_response(difference: Difference, olds: Properties, news: Properties) -> provider_pb2.DiffResponse:
    paths = list(dict.fromkeys([*difference.changed, *difference.replace]))
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if paths else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({top_level(path) for path in paths}),
        replaces=sorted({top_level(path) for path in difference.replace}),
        deleteBeforeReplace=difference.delete_before_replace,
        hasDetailedDiff=True,
        detailedDiff={
            path: provider_pb2.PropertyDiff(
                kind=_diff_kind(path, olds, news, path in difference.replace), inputDiff=True
            )
            for path in paths
        },
    )


def _diff_kind(
    path: str, olds: Properties, news: Properties, replace: bool
) -> provider_pb2.PropertyDiff.Kind.ValueType:
    kinds = provider_pb2.PropertyDiff
    if not has_path(olds, path):
        return kinds.ADD_REPLACE if replace else kinds.ADD
    if not has_path(news, path):
        return kinds.DELETE_REPLACE if replace else kinds.DELETE
    return kinds.UPDATE_REPLACE if replace else kinds.UPDATE


def _handler(
    protocol: _Protocol, name: str, request_type: type[Message], method: Method
) -> grpc.RpcMethodHandler:
    def handle(request: Any, context: grpc.ServicerContext) -> Message:
        try:
            protocol.begin(context)
            return method(request, context.peer())
        except ProviderError as error:
            return context.abort_with_status(protocol.cut_short(request, error))
        except Exception as error:
            log.exception("%s %s", name, getattr(request, "urn", ""))
            return context.abort(
                grpc.StatusCode.UNKNOWN, f"The emulator itself failed: {type(error).__name__}: {error}"
            )

    return grpc.unary_unary_rpc_method_handler(
        handle,
        request_deserializer=request_type.FromString,
        response_serializer=_serialized,
    )


def _serialized(response: Message) -> bytes:
    return response.SerializeToString()


@dataclass(frozen=True)
class _Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: Any


def _detailed_status(message: str, failed: provider_pb2.ErrorResourceInitFailed) -> grpc.Status:
    detail = any_pb2.Any()
    detail.Pack(failed)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[detail])
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    return _Status(grpc.StatusCode.UNKNOWN, message, metadata)
