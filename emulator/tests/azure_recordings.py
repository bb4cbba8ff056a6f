"""What Azure was recorded to answer, and how an answer of the emulator's differs from it.

The files in recordings/azure are cut down from recordings that Azure's own tools keep for their tests; each
names its source. Ids, names, GUIDs, addresses and times in them are placeholders, and "..." is any value.
Both sides are compared property by property, as azure-native hands them on.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.azure.schema import sdk
from emulator.azure.schema.sdk import Shape

RECORDED = Path(__file__).parent / "recordings" / "azure"
ANYTHING = "..."
LOST = {"id", "metadataSearch", "networkRuleSet.ipv6Rules", "sku.tier", "routeServiceVips"}
"""What azure-native does not hand on: its versions of the APIs lack it, or it has a place of its own."""
RENAMED = {"networkAcls": "networkRuleSet", "supportsHttpsTrafficOnly": "enableHttpsTrafficOnly"}
_FORMS = {
    "guid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "etag": r'W/"[0-9a-f-]{36}"',
    "32 digits": r"[0-9a-f]{32}",
    "24 digits": r"[0-9a-f]{24}",
    "time": r"\d{4}-\d\d-\d\dT[\d:]{8}",
    "time with seven decimals": r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z",
}


def recorded(name: str) -> dict[str, Any]:
    """The recording of this name."""
    return json.loads((RECORDED / f"{name}.json").read_text())


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value at the end of a path, in its form; what is null is not there."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves(item, f"{path}.{form(name)}".lstrip("."))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    elif value is not None:
        yield path, form(value)


def form(value: Any) -> Any:
    """A value, or of a placeholder what it stands for."""
    if not isinstance(value, str):
        return value
    if value.startswith("/subscriptions/"):
        return re.sub(_FORMS["guid"], "guid", value)
    for form, pattern in _FORMS.items():
        if re.fullmatch(pattern, value):
            return form
    try:
        return f"address {type(ipaddress.ip_address(value)).__name__}"
    except ValueError:
        return value


def known(shape: Shape, value: Any) -> Any:
    """What azure-native hands on of an answer: the properties that its outputs have."""
    if isinstance(value, dict) and shape.kind == "object":
        properties = shape.properties
        return {name: known(properties[name], item) for name, item in value.items() if name in properties}
    if isinstance(value, list) and shape.item is not None:
        return [known(shape.item, item) for item in value]
    return value


def differences(
    token: str, body: Mapping[str, Any], outputs: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Where an answer differs from the recorded one: what was recorded, and what is answered, by path."""
    shape = sdk.outputs(f"azure-native:{token}")
    whole = dict(body)
    if "properties" not in shape.properties:
        whole |= {RENAMED.get(name, name): item for name, item in whole.pop("properties", {}).items()}
    handed_on = known(shape, whole)
    lost = {path for path, _ in leaves(whole)} - {path for path, _ in leaves(handed_on)}
    assert lost <= LOST, "azure-native hands on less than is said here"
    expected = dict(leaves(handed_on))
    answered = dict(leaves(dict(outputs)))
    return {
        path: (value, answered.get(path))
        for path, value in expected.items()
        if not (value == ANYTHING and _has(answered, path)) and answered.get(path) != value
    }


def _has(answered: Mapping[str, Any], path: str) -> bool:
    return any(known == path or known.startswith((f"{path}.", f"{path}[")) for known in answered)
