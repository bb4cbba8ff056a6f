"""What the API server does with an object that is applied: merge it, default it, check it, store it."""

import base64
import datetime
import uuid

from emulator.kubernetes.server import ownership
from emulator.kubernetes.server.api import ApiError, ObjectStore
from emulator.kubernetes.server.defaults import with_defaults, with_job_identity
from emulator.kubernetes.server.immutability import immutable_changes
from emulator.kubernetes.server.objects import JOB, SECRET, Object, key_of
from emulator.kubernetes.server.rules import broken_rules

# ValidateFieldManager in k8s.io/apimachinery/pkg/apis/meta/v1/validation
_LONGEST_MANAGER = 128


class Conflict(ApiError):
    """Other managers own what would change (409)."""


def apply(
    objects: ObjectStore,
    config: Object,
    manager: str,
    *,
    version: str | None,
    force: bool = False,
    dry_run: bool = False,
) -> Object:
    """The object as it is once `manager` has applied `config`, which makes it where there is none.

    `version`: that of Kubernetes. A `dry_run` changes nothing.

    Raises Conflict unless `force`; NotFound for the namespace; ApiError where the object would break rules.
    """
    if not manager.isprintable() or len(manager) > _LONGEST_MANAGER:
        raise ApiError(f"PatchOptions is invalid: fieldManager: Invalid value: {manager!r}")
    with objects.undisturbed():
        live = objects.get(key_of(config))
        try:
            item = ownership.apply(
                live or {},
                as_stored(config),
                manager,
                version=version,
                force=force,
                now=datetime.datetime.now(datetime.UTC),
            )
        except ownership.Conflicts as conflicts:
            raise Conflict(str(conflicts)) from conflicts
        item = _completed(item, live["metadata"]["uid"] if live else str(uuid.uuid4()))
        _require_validity(live, item, version)
        if dry_run:
            return item if live is None else objects.rehearse(item)
        return objects.create(item) if live is None else objects.apply(item)


def as_stored(config: Object) -> Object:
    """`config` without what is only for writing: a Secret's stringData become data."""
    plain = config.get("stringData")
    if config["kind"] != SECRET.name or plain is None:
        return config
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in plain.items()}
    kept = {name: value for name, value in config.items() if name != "stringData"}
    return {**kept, "data": {**(config.get("data") or {}), **encoded}}


def _completed(item: Object, uid: str) -> Object:
    complete = with_defaults(item)
    complete["metadata"]["uid"] = uid
    return with_job_identity(complete, uid) if item["kind"] == JOB.name else complete


def _require_validity(live: Object | None, item: Object, version: str | None) -> None:
    """Raises ApiError in the words of errors.NewInvalid (k8s.io/apimachinery/pkg/api/errors)."""
    reasons = [f"{failure.property}: {failure.reason}" for failure in broken_rules(item, version, live)]
    if live is not None:
        reasons += [f"{path}: Invalid value: field is immutable" for path in immutable_changes(live, item)]
    if not reasons:
        return
    group = item["apiVersion"].rpartition("/")[0]
    kind = item["kind"] + (f".{group}" if group else "")
    said = reasons[0] if len(reasons) == 1 else f"[{', '.join(reasons)}]"
    raise ApiError(f'{kind} "{item["metadata"]["name"]}" is invalid: {said}')
