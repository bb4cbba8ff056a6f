"""The settings that differ, old and new.

The engine hands the whole configuration to the provider of dynamic resources, whose inputs are part of the
state and of every preview: there is no other place where a preview tells the old ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .differences import Difference, within
from .phrases import SECRET, Phrase, Quoted, value
from .preview import Operation, Preview

HOLDER = "pulumi:providers:pulumi-python"
TOPICS = "topics"
_WRITTEN = {"aks": "AKS", "hdinsight": "HDInsight", "api": "API", "ca": "CA", "cidr": "CIDR", "dns": "DNS"}
_WRITTEN |= {"ip": "IP", "os": "OS", "sasl": "SASL", "ssh": "SSH"}


def changed(preview: Preview) -> Iterator[Phrase]:
    """Each setting that differs, in words, with its name; but topics, which `topics` tells with defaults."""
    for difference in _differences(preview):
        path = difference.path.partition(":")[2] or difference.path
        name = re.split(r"[.\[]", path, maxsplit=1)[0]
        if name == TOPICS:
            continue
        title = (f"{words(name)} (", Quoted(path), "): ")
        if SECRET in (difference.before, difference.after):
            yield (*title, _secret(difference))
        else:
            yield (*title, value(difference.before), " → ", value(difference.after))


def words(name: str) -> str:
    """The name of a setting as words: "Kafka workers" for kafkaWorkers. Another program's may be no words."""
    if not re.fullmatch("[A-Za-z0-9]+", name):
        return "Setting"
    parts: list[str] = [part.lower() for part in re.findall(r"[A-Z]?[^A-Z]+|[A-Z]+", name)]
    written = " ".join(_WRITTEN.get(part) or part for part in parts)
    return written[:1].upper() + written[1:]


def _differences(preview: Preview) -> Iterator[Difference]:
    for holder in preview.resources:
        if holder.type == HOLDER and holder.operation in (
            Operation.UPDATE,
            Operation.NOTHING,
            Operation.REPLACE,
        ):
            yield from within("", _configuration(holder.before), _configuration(holder.after), holder.touched)


def _configuration(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _parsed(text) for name, text in inputs.items() if ":" in name and name != "pulumi:tags"}


def _parsed(text: Any) -> Any:
    """A setting's value: the engine keeps all but strings as JSON, and what is not set as an empty string."""
    if text == "":
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def _secret(difference: Difference) -> str:
    if difference.before in (None, ""):
        return "a secret is set"
    return "the secret is taken away" if difference.after in (None, "") else "another secret"
