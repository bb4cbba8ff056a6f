"""Finds where two sets of properties differ, as property paths like `spec.containers[0].image`."""

import re
from collections.abc import Iterator
from typing import Any

from emulator.providers.provider import Properties, Unknown

_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')

_ANY = ("", "", "*")


def changed_paths(old: Properties, new: Properties) -> list[str]:
    """The deepest paths at which `new` differs from `old`; an added object is one path.

    An unknown value differs from every value, since it may become another one.
    """
    return list(_changes("", old, new))


def has_path(properties: Properties, path: str) -> bool:
    """Whether there is a value at `path`."""
    value: Any = properties
    for key, index, plain in _STEP.findall(path):
        if index:
            if not isinstance(value, list) or int(index) >= len(value):
                return False
            value = value[int(index)]
        else:
            name = plain or key.replace('\\"', '"').replace("\\\\", "\\")
            if not isinstance(value, dict) or name not in value:
                return False
            value = value[name]
    return True


def covers(pattern: str, path: str) -> bool:
    """Whether `path` is `pattern`, or lies below it; `*` in the pattern stands for any key or index."""
    wanted, given = _STEP.findall(pattern), _STEP.findall(path)
    matching = (step in (there, _ANY) for step, there in zip(wanted, given, strict=False))
    return len(wanted) <= len(given) and all(matching)


def top_level(path: str) -> str:
    """The top-level property in `path`."""
    step = _STEP.match(path)
    return (step[3] or step[1] or "") if step else path


def _changes(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        yield path
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            step = _joined(path, key)
            if key in old and key in new:
                yield from _changes(step, old[key], new[key])
            else:
                yield step
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            step = f"{path}[{index}]"
            if index < len(old) and index < len(new):
                yield from _changes(step, old[index], new[index])
            else:
                yield step
    elif isinstance(old, bool) is not isinstance(new, bool) or old != new:
        yield path


def _joined(path: str, key: str) -> str:
    if _PLAIN_KEY.match(key):
        return f"{path}.{key}" if path else key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{escaped}"]'
