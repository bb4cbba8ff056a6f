"""The shapes of inputs and outputs, as the installed SDK declares them. Thread-safe.

The SDK is generated from Azure's OpenAPI descriptions, so its classes declare each type's properties, which
of them are required, nested types and enumerations. A module is imported when one of its types is first
needed, since importing all of azure-native takes seconds.
"""

import collections.abc
import importlib
import inspect
import re
import threading
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Any

import pulumi
from pulumi import _types

# The SDK itself reads its classes through `_types`; there is no public API for it, and the version is pinned.
_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}

_loading = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """The type of a value: string, boolean, integer, number, object, array, map or any."""

    kind: str
    choices: tuple[str, ...] = ()
    item: "Shape | None" = None
    sdk_class: type | None = None

    @cached_property
    def properties(self) -> Mapping[str, "Shape"]:
        """The properties of an object by their names in the API (camel case)."""
        return {} if self.sdk_class is None else _properties(self.sdk_class)

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of an object's required properties."""
        return frozenset() if self.sdk_class is None else _required(self.sdk_class)


@cache
def inputs(token: str) -> Shape:
    """The inputs of a resource type such as azure-native:network:Subnet."""
    resource = _resource_class(token)
    module = inspect.getmodule(resource)
    name = resource.__name__
    # Where a resource shares its name with a nested type, the generator calls its inputs SubnetInitArgs.
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    return Shape("object", sdk_class=arguments)


@cache
def outputs(token: str) -> Shape:
    """The outputs of a resource type."""
    return Shape("object", sdk_class=_resource_class(token))


@cache
def api_version(token: str) -> str:
    """The version of the REST API that the SDK's default module uses for a type."""
    match = re.search(r"Uses Azure REST API version ([0-9a-z-]+)\.", _documentation(token))
    if match is None:
        raise LookupError(f"the SDK's documentation of {token} names no API version")
    return match[1]


@cache
def standalone_parts(token: str) -> frozenset[str]:
    """Inputs whose items can also be resources of their own, e.g. a network's subnets.

    azure-native ignores these in a refresh unless they were given inline (its CONTRIBUTING.md,
    "Sub-resources").
    """
    arguments = inputs(token).sdk_class
    assert arguments is not None
    found = set()
    for python_name, wire_name in _types.input_type_py_to_pulumi_names(arguments).items():
        getter = inspect.getattr_static(arguments, python_name)
        if "also available as standalone resources" in (inspect.getdoc(getter.fget) or ""):
            found.add(wire_name)
    return frozenset(found)


def _resource_class(token: str) -> type:
    _, module, name = token.split(":")
    # The SDK's modules load at the first access; without the lock another thread would see them half loaded.
    with _loading:
        return getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)


def _documentation(token: str) -> str:
    return inspect.getdoc(_resource_class(token)._internal_init) or _initialiser_documentation(token)


def _initialiser_documentation(token: str) -> str:
    overloads = typing.get_overloads(_resource_class(token).__init__)
    return "\n".join(inspect.getdoc(overload) or "" for overload in overloads)


def _properties(sdk_class: type) -> dict[str, Shape]:
    if issubclass(sdk_class, pulumi.Resource):
        declared = _types.resource_types(sdk_class)
    elif _types.is_input_type(sdk_class):
        declared = _types.input_type_types(sdk_class)
    else:
        declared = _types.output_type_types(sdk_class)
    return {name: _shape(annotation) for name, annotation in declared.items()}


def _required(sdk_class: type) -> frozenset[str]:
    parameters = inspect.signature(sdk_class.__init__).parameters
    names = _types.input_type_py_to_pulumi_names(sdk_class)
    return frozenset(
        wire for python, wire in names.items() if parameters[python].default is inspect.Parameter.empty
    )


def _shape(annotation: Any) -> Shape:
    members = [member for member in _members(annotation) if member is not type(None)]
    choices = tuple(
        str(item.value)
        for member in members
        if isinstance(member, type) and issubclass(member, Enum)
        for item in member
    )
    if choices:
        return Shape("string", choices=choices)
    structured = [member for member in members if _is_structured(member)]
    if structured:
        return _structured(structured[0])
    scalars = [member for member in members if member in _SCALARS]
    return Shape(_SCALARS[scalars[0]]) if scalars else Shape("any")


def _members(annotation: Any) -> list[Any]:
    """The types that a value may have, without Awaitable and Output."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return [found for member in typing.get_args(annotation) for found in _members(member)]
    if origin in (collections.abc.Awaitable, pulumi.Output) or annotation is pulumi.Output:
        return []
    return [annotation]


def _is_structured(member: Any) -> bool:
    origin = typing.get_origin(member)
    if origin in (collections.abc.Sequence, collections.abc.Mapping):
        return True
    return isinstance(member, type) and (_types.is_input_type(member) or _types.is_output_type(member))


def _structured(member: Any) -> Shape:
    arguments = typing.get_args(member)
    match typing.get_origin(member):
        case collections.abc.Sequence:
            return Shape("array", item=_shape(arguments[0]))
        case collections.abc.Mapping:
            return Shape("map", item=_shape(arguments[1]))
        case _:
            return Shape("object", sdk_class=member)
