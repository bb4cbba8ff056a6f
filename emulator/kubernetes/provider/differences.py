"""Which changes replace an object: the tables of pulumi-kubernetes (provider/pkg/provider/diff.go)."""

from collections.abc import Iterable, Sequence

from emulator.kubernetes.server.objects import CONFIG_MAP, DEPLOYMENT, JOB, SECRET, Object, annotations_of
from emulator.providers.comparison import changed_paths
from emulator.providers.provider import Difference, Unknown

AUTONAMED = "pulumi.com/autonamed"

_ALWAYS = ("metadata.name", "metadata.namespace")
_REPLACED = {
    DEPLOYMENT.name: ("spec.selector",),
    # The API could change parallelism in place, Pulumi does not; Pulumi's table lacks podFailurePolicy.
    JOB.name: ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
}
_CONTENT = {
    CONFIG_MAP.name: ("data", "binaryData"),
    SECRET.name: ("type", "data", "stringData"),
}


def difference(old: Object, new: Object, mutable_kinds: Iterable[str] = ()) -> Difference:
    """The paths that change between two sets of inputs, and those that need a new object.

    `mutable_kinds`: which of ConfigMap and Secret have content that the provider may change in place.
    """
    changed = changed_paths(old, new)
    fixed = (*_ALWAYS, *_REPLACED.get(new["kind"], ()), *_fixed_content(new, mutable_kinds))
    replaced = [path for path in changed if _lies_in(path, fixed)]
    return Difference(changed, replaced, bool(replaced) and _same_name(old, new))


def _fixed_content(item: Object, mutable_kinds: Iterable[str]) -> Sequence[str]:
    kind = item["kind"]
    if kind in mutable_kinds and item.get("immutable") is not True:
        return ("type",) if kind == SECRET.name else ()
    return _CONTENT.get(kind, ())


def _lies_in(path: str, fixed: Sequence[str]) -> bool:
    return any(
        path == one or path.startswith((f"{one}.", f"{one}[")) or one.startswith(f"{path}.") for one in fixed
    )


def _same_name(old: Object, new: Object) -> bool:
    """Whether both objects have the same name, so that the old one must be deleted first."""
    if AUTONAMED in annotations_of(new):
        return False
    before, after = old["metadata"], new["metadata"]
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return False
    return all(before.get(name) == after.get(name) for name in ("name", "namespace"))
