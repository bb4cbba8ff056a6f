"""Converts between the engine's property values and plain Python values.

The form: pulumi/sdk/go/common/resource/plugin/rpc.go. Assets pass as they are, dictionaries with a signature.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from google.protobuf import struct_pb2

from emulator.providers.provider import UNKNOWN, Properties, Unknown

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
# The engine has a marker for each type of unknown value; here they are one.
_UNKNOWN_MARKERS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_UNKNOWN_MARKER: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def to_properties(struct: struct_pb2.Struct) -> Properties:
    """Converts to plain values. Secrets are unwrapped; whole numbers become int."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def to_struct(properties: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """Converts to the engine's values, with the top-level properties in `secrets` marked as secret.

    Raises TypeError for a value that the engine can't carry.
    """
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        marked = {_SIGNATURE: _SECRET, "value": value} if key in secrets else value
        struct.fields[key].CopyFrom(_wrapped(marked))
    return struct


def mark_like(values: struct_pb2.Struct, given: struct_pb2.Struct) -> struct_pb2.Struct:
    """Marks each value as secret whose namesake in `given` is, or contains, a secret; returns `values`."""
    for key, example in given.fields.items():
        if key not in values.fields:
            continue
        value = values.fields[key]
        if _is_object(value) and _is_object(example):
            mark_like(value.struct_value, example.struct_value)
        elif not _is_secret(value) and _contains_secret(example):
            fields = {_SIGNATURE: struct_pb2.Value(string_value=_SECRET), "value": value}
            value.CopyFrom(struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields)))
    return values


def holds_secret(values: struct_pb2.Struct) -> bool:
    """Whether the values contain a secret, at any depth."""
    return any(_contains_secret(value) for value in values.fields.values())


def _is_object(value: struct_pb2.Value) -> bool:
    return value.WhichOneof("kind") == "struct_value" and _SIGNATURE not in value.struct_value.fields


def _is_secret(value: struct_pb2.Value) -> bool:
    fields = value.struct_value.fields
    return _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET


def _contains_secret(value: struct_pb2.Value) -> bool:
    if value.WhichOneof("kind") == "list_value":
        return any(_contains_secret(item) for item in value.list_value.values)
    return _is_secret(value) or holds_secret(value.struct_value)


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWN_MARKERS else value.string_value
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "struct_value":
            if _is_secret(value):
                return _plain(value.struct_value.fields["value"])
            return to_properties(value.struct_value)
        case _:
            return None


def _wrapped(value: Any) -> struct_pb2.Value:
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Unknown():
            return struct_pb2.Value(string_value=_UNKNOWN_MARKER)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case Mapping():
            return struct_pb2.Value(struct_value=to_struct(value))
        case Sequence():
            values = struct_pb2.ListValue(values=[_wrapped(item) for item in value])
            return struct_pb2.Value(list_value=values)
        case _:
            raise TypeError(f"{type(value).__name__} is no value that the engine can carry: {value!r}")
