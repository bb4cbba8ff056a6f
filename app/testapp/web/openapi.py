"""The description of the HTTP interface, in OpenAPI 3.2 (spec.openapis.org/oas/v3.2.0)."""

from typing import Any

from testapp.configuration.settings import ServeSettings
from testapp.limits import MAX_KEY_CHARACTERS, MAX_LAST

_Json = dict[str, Any]


def describe(settings: ServeSettings) -> _Json:
    """Everything but the page itself and its files."""
    return {
        "openapi": "3.2.0",
        "info": {
            "title": "Messages of a Kafka topic",
            "version": "1",
            "description": "Sends texts to one topic and shows what it carries, each message once.",
        },
        "paths": {
            "/messages": {"get": _get_messages(), "post": _post_message(settings)},
            "/events": {"get": _get_events()},
            "/cluster": {"get": _get_cluster()},
            "/metrics": {
                "get": _operation("Figures for Prometheus", _text("200", "The figures", "text/plain"))
            },
            "/healthz": {"get": _probe("Whether the process works; if not, it has to be started anew")},
            "/readyz": {"get": _probe("Whether Kafka answers and the topic is being read")},
            "/openapi.json": {
                "get": _operation("This description", _json("200", "OpenAPI", {"type": "object"}))
            },
        },
        "components": {
            "schemas": {
                "Message": _MESSAGE,
                "Delivery": _DELIVERY,
                "Cluster": _CLUSTER,
                "Problem": _object({"detail": {"type": "string", "description": "The reason"}}),
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get_messages() -> _Json:
    return {
        **_operation(
            "The newest messages, oldest first",
            _json("200", "The messages", {"type": "array", "items": _reference("Message")}),
            _problem("400", "last is no number, or too large"),
        ),
        "parameters": [_LAST],
    }


def _post_message(settings: ServeSettings) -> _Json:
    most = settings.max_message_bytes
    token = [_problem("401", "The access token is missing or wrong", "WWW-Authenticate")]
    return {
        **_operation(
            "Send a message; answered when every in-sync replica has it",
            _json("201", "Where the message lies", _reference("Delivery")),
            _problem("400", "The message is empty or no UTF-8, or the key is too long"),
            *(token if settings.access_token else []),
            _problem(
                "403", "A browser sent it for a page of another site, or by a name that is not the app's"
            ),
            _problem("408", "The message did not arrive in time"),
            _problem("413", f"The message has more than {most} bytes"),
            _problem("415", "The message came in a Content-Encoding"),
            _problem("429", "Too many messages wait for Kafka already", "Retry-After"),
            _problem("503", "Kafka did not acknowledge the message in time", "Retry-After"),
        ),
        "parameters": [
            {
                "name": "key",
                "in": "query",
                "description": "The message's key: messages of one key go to one partition",
                "schema": {"type": "string", "maxLength": MAX_KEY_CHARACTERS},
            }
        ],
        "requestBody": {
            "required": True,
            "description": f"The text, at most {most} bytes of UTF-8, whatever the content type",
            "content": {"text/plain": {"schema": {"type": "string", "pattern": r"\S"}}},
        },
        **({"security": [{"token": []}]} if settings.access_token else {}),
    }


def _get_events() -> _Json:
    position = {"type": "string", "pattern": "^[0-9]{1,10}:(-1|[0-9]{1,18})(,[0-9]{1,10}:(-1|[0-9]{1,18}))*$"}
    return {
        **_operation(
            "Messages as server-sent events, without end",
            _events("200", "message; start; gap: some are no longer kept; reset: offsets start anew"),
            _problem("400", "last or after is not of its form"),
            _problem("503", "Too many browsers are connected", "Retry-After"),
        ),
        "parameters": [
            {**_LAST, "description": "How many messages a new browser gets at first"},
            {
                "name": "after",
                "in": "query",
                "description": "Id of the last event had, for clients that can't send Last-Event-ID",
                "schema": position,
            },
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "Id of the last event had; anything else stands for a new browser",
                "schema": {"type": "string"},
            },
        ],
    }


def _get_cluster() -> _Json:
    return _operation(
        "The cluster as it advertises itself, and the topic's partitions",
        _json("200", "The newest answer of the cluster", _reference("Cluster")),
        _problem("503", "The cluster has never answered", "Retry-After"),
    )


def _probe(summary: str) -> _Json:
    return _operation(
        summary,
        _json("200", "Yes", _object({"status": {"const": "ok"}})),
        _problem("503", "No, with the reason", "Retry-After"),
    )


def _operation(summary: str, *responses: tuple[str, _Json]) -> _Json:
    return {"summary": summary, "responses": dict(responses)}


def _json(status: str, description: str, schema: _Json) -> tuple[str, _Json]:
    return status, {"description": description, "content": {"application/json": {"schema": schema}}}


def _text(status: str, description: str, media_type: str) -> tuple[str, _Json]:
    return status, {"description": description, "content": {media_type: {"schema": {"type": "string"}}}}


def _events(status: str, description: str) -> tuple[str, _Json]:
    event = {"type": "object", "properties": {"data": {"type": "string"}}, "required": ["data"]}
    return status, {"description": description, "content": {"text/event-stream": {"itemSchema": event}}}


def _problem(status: str, description: str, header: str | None = None) -> tuple[str, _Json]:
    status, response = _json(status, description, _reference("Problem"))
    if header:
        response["headers"] = {header: {"required": True, "schema": {"type": "string"}}}
    return status, response


def _reference(name: str) -> _Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: _Json) -> _Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _array(items: _Json) -> _Json:
    return {"type": "array", "items": items}


_LAST = {
    "name": "last",
    "in": "query",
    "description": "How many messages",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_LAST, "default": 100},
}
_NUMBER = {"type": "integer", "minimum": 0}
_NUMBER_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
_TEXT_OR_NULL = {"type": ["string", "null"]}

_DELIVERY = _object({"partition": _NUMBER, "offset": _NUMBER})
_MESSAGE = _object(
    {
        "topic": {"type": "string"},
        "partition": _NUMBER,
        "offset": _NUMBER,
        "timestamp": {"type": "integer", "description": "Milliseconds since the epoch; -1 if there is none"},
        "latencyMs": {
            **_NUMBER_OR_NULL,
            "description": "From the timestamp until this replica read it; null for what was there before",
        },
        "key": _TEXT_OR_NULL,
        "text": {"type": "string"},
        "truncated": {"type": "boolean", "description": "Whether there is more text than is shown"},
        "check": {"type": "boolean", "description": "Whether `python -m testapp check` wrote it"},
    }
)
_BROKER = _object(
    {
        "id": _NUMBER,
        "host": {"type": "string", "description": "As clients are told"},
        "port": _NUMBER,
        "reason": {
            **_TEXT_OR_NULL,
            "description": "Why clients behind a peering can't use it; null if they can",
        },
    }
)
_PARTITION = _object(
    {
        "partition": _NUMBER,
        "leader": _NUMBER_OR_NULL,
        "replicas": _array(_NUMBER),
        "inSyncReplicas": _array(_NUMBER),
        "begin": {**_NUMBER_OR_NULL, "description": "First offset"},
        "end": {**_NUMBER_OR_NULL, "description": "The offset after the last"},
    }
)
_CLUSTER = _object(
    {
        "topic": {"type": "string"},
        "controller": {"type": "integer"},
        "brokers": _array(_BROKER),
        "partitions": _array(_PARTITION),
        "trouble": {**_TEXT_OR_NULL, "description": "Why Kafka can't be used now; null while it can"},
    }
)
