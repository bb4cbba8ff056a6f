"""Server-side apply: an applied object is merged, given defaults, validated and stored."""

import datetime
import uuid

from emulator.kubernetes.server import ownership
from emulator.kubernetes.server.api import ApiError, ObjectStore
from emulator.kubernetes.server.defaults import as_stored, with_defaults, with_job_identity
from emulator.kubernetes.server.immutability import immutable_changes
from emulator.kubernetes.server.objects import JOB, Object, key_of
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
    """Applies `config` for the field manager `manager`, creating the object if there is none; returns it.

    `version`: that of Kubernetes. A `dry_run` changes nothing.

    Raises Conflict unless `force`; NotFound for the namespace; ApiError where the object would break rules.
    """
    if not manager.isprintable() or len(manager) > _LONGEST_MANAGER:
        raise ApiError(f"PatchOptions is invalid: fieldManager: Invalid value: {manager!r}")
    with objects.locked():
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
            return item if live is None else objects.dry_run_apply(item)
        return objects.create(item) if live is None else objects.apply(item)


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
    text = reasons[0] if len(reasons) == 1 else f"[{', '.join(reasons)}]"
    raise ApiError(f'{kind} "{item["metadata"]["name"]}" is invalid: {text}')
