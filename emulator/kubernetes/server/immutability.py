"""The fields of an object that the API server refuses to change in place."""

from typing import Any

from emulator.kubernetes.server.objects import CONFIG_MAP, DEPLOYMENT, JOB, SECRET, Object

# ValidateDeploymentUpdate, ValidateJobUpdate and ValidateSecretUpdate in pkg/apis/*/validation
_IMMUTABLE = {
    DEPLOYMENT.name: ("spec.selector",),
    JOB.name: ("spec.completions", "spec.podFailurePolicy", "spec.selector", "spec.template"),
    SECRET.name: ("type",),
}
_CONTENT = {CONFIG_MAP.name: ("data", "binaryData"), SECRET.name: ("data",)}


def immutable_changes(old: Object, new: Object) -> list[str]:
    """Paths at which the API server would refuse `new` as an update of `old`."""
    fixed = _IMMUTABLE.get(new["kind"], ())
    if old.get("immutable") is True:
        fixed = (*fixed, *_CONTENT.get(new["kind"], ()))
    return [path for path in fixed if _at(old, path) != _at(new, path)]


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
