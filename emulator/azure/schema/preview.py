"""Outputs at preview: an output that is also an input has the input's value, all others are unknown."""

from typing import Any

from emulator.azure.schema.sdk import Shape
from emulator.providers.provider import UNKNOWN, Unknown


def preview_outputs(shape: Shape, inputs: dict[str, Any]) -> dict[str, Any]:
    """Returns the outputs that azure-native shows at preview. `shape` is that of the outputs.

    Source: its pkg/convert/previewOutputs.go.
    """
    return {
        name: _value(item, inputs[name]) if inputs.get(name) is not None else UNKNOWN
        for name, item in shape.properties.items()
    }


def _value(shape: Shape, value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    match shape.kind:
        case "object" if isinstance(value, dict):
            return preview_outputs(shape, value)
        case "array" if isinstance(value, list) and shape.item is not None:
            item = shape.item
            return [_value(item, element) for element in value]
        case "map" if isinstance(value, dict) and shape.item is not None:
            item = shape.item
            return {name: _value(item, element) for name, element in value.items()}
        case "string":
            return value if isinstance(value, str) else UNKNOWN
        case "boolean":
            return value if isinstance(value, bool) else UNKNOWN
        case "integer" | "number":
            return value if isinstance(value, int | float) else UNKNOWN
        case "any":
            return value
        case _:
            return UNKNOWN
