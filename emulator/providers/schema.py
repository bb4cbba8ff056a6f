"""Schemas of providers, with the names of their types, for languages without a package of them (Pulumi YAML).

https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
Values are of any type here: the provider's `check` judges them, whichever language they come from.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.providers.provider import Provider

_ANY = {"$ref": "pulumi.json#/Any"}


def package_schema(
    provider: type[Provider],
    settings: Iterable[str],
    types: Mapping[str, tuple[Iterable[str], Iterable[str]]],
) -> dict[str, Any]:
    """The schema of a provider with these settings; `types` have inputs and further outputs, by token."""
    return {
        "name": provider.name,
        "version": provider.version,
        "provider": {"inputProperties": _properties(settings)},
        "resources": {
            token: {
                "inputProperties": _properties(inputs),
                "properties": _properties([*inputs, *outputs]),
            }
            for token, (inputs, outputs) in types.items()
        },
    }


def _properties(names: Iterable[str]) -> dict[str, Any]:
    return dict.fromkeys(sorted(names), _ANY)
