"""What stands in the path and the query of a request, by the function of an official SDK that makes it."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch

from tests.simulated.official.models import Schema, camel_case, constraints, enumeration


@dataclass(frozen=True)
class Request:
    """The version of the API that is asked, and the schemas of the parts of path and query, by name."""

    version: str
    path: Mapping[str, Schema]
    query: Mapping[str, Schema]


@cache
def recorded(function: Callable[..., Any]) -> Request:
    """What such a function says about its request.

    The rules stand nowhere but in its calls of the module's serializer, in whose place these are noted.
    """
    module = inspect.getmodule(function)
    assert module is not None
    models = importlib.import_module(f"{module.__name__.partition('.operations')[0]}.models")
    serializer = _Serializer(typing.get_type_hints(function, localns={"_models": models}))
    parameters = [name for name in inspect.signature(function).parameters if name != "kwargs"]
    with patch.object(module, "_SERIALIZER", serializer):
        function(**dict.fromkeys(parameters, "given"))
    return Request(serializer.version, serializer.path, serializer.queried)


@dataclass
class _Serializer:
    hints: Mapping[str, Any]
    version: str = ""
    path: dict[str, Schema] = field(default_factory=dict)
    queried: dict[str, Schema] = field(default_factory=dict)

    def url(self, name: str, data: Any, _kind: str, **rules: Any) -> str:
        # azure-native knows the subscription from its configuration.
        if name != "subscription_id":
            self.path[camel_case(name)] = self._schema(name, rules)
        return str(data)

    def query(self, name: str, data: Any, _kind: str, **rules: Any) -> str:
        if name == "api_version":
            self.version = str(data)
        else:
            self.queried[camel_case(name)] = self._schema(name, rules)
        return str(data)

    def header(self, _name: str, data: Any, _kind: str, **_rules: Any) -> str:
        return str(data)

    def _schema(self, name: str, rules: Mapping[str, Any]) -> Schema:
        return {"type": "string", **constraints(rules), **enumeration(self.hints.get(name))}
