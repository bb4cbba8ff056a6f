"""Derives a container's process from its pod and image: command, environment, user and files."""

import base64
import re
from collections.abc import Callable, Mapping

from emulator.kubernetes.node.image import Image
from emulator.kubernetes.server.downward import field_of
from emulator.kubernetes.server.objects import CONFIG_MAP, SECRET, Key, Object
from emulator.network.specification import RootSpec

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The writable folders that programs need; the rest of an image is read-only here.
_SCRATCH_OF_A_WRITABLE_ROOT = ("/tmp", "/var/tmp", "/run")
_REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")

Find = Callable[[Key], Object | None]


class ConfigurationError(Exception):
    """The container can't be created as it is specified (CreateContainerConfigError)."""


def container_of(pod: Object) -> Object:
    """The pod's one container."""
    return pod["spec"]["containers"][0]


def arguments(container: Object, image: Image, environment: Mapping[str, str], user: int | None) -> list[str]:
    """The command line: `command` replaces the image's entrypoint and command, `args` its command alone.

    Raises ConfigurationError if it is empty.

    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
    """
    command, args = container.get("command") or [], container.get("args") or []
    words = [*command, *args] if command else [*image.entrypoint, *(args or image.command)]
    if not words:
        raise ConfigurationError("no command specified")
    return [*_confinement(container, user), *(expand(word, environment) for word in words)]


def environment_of(pod: Object, image: Image, find: Find) -> dict[str, str]:
    """The container's whole environment. Raises ConfigurationError if a reference has no target."""
    container = container_of(pod)
    environment = {
        "PATH": _DEFAULT_PATH,
        "HOSTNAME": pod["metadata"]["name"],
        "HOME": "/",
        **image.environment,
    }
    for source in container.get("envFrom") or []:
        environment |= _imported(pod, source, find)
    for variable in container.get("env") or []:
        if "valueFrom" in variable:
            value = _referred(pod, variable["valueFrom"], find)
        else:
            value = expand(variable.get("value") or "", environment)
        if value is not None:
            environment[variable["name"]] = value
    return environment


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where NAME is known, `$$` by `$`.

    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    return _REFERENCE.sub(
        lambda match: "$" if match[0] == "$$" else environment.get(match[1], match[0]),
        text,
    )


def user_of(pod: Object, image: Image) -> int | None:
    """The uid to run as. Raises ConfigurationError if it breaks runAsNonRoot, or is a name."""
    settings = {
        **(pod["spec"].get("securityContext") or {}),
        **(container_of(pod).get("securityContext") or {}),
    }
    name = image.user.partition(":")[0]
    user = settings.get("runAsUser", int(name) if name.isdigit() else None)
    if user is None and name not in ("", "root"):
        if settings.get("runAsNonRoot"):
            raise ConfigurationError(
                f"container has runAsNonRoot and image has non-numeric user ({name}), "
                "cannot verify user is non-root"
            )
        raise ConfigurationError(f"not modelled by the emulator: an image whose USER is a name ({name})")
    if settings.get("runAsNonRoot") and not user:
        raise ConfigurationError("container has runAsNonRoot and image will run as root")
    return user or 0


def root_of(pod: Object, image: Image) -> RootSpec:
    """The files the container sees: its image's, and scratch space where emptyDir volumes are mounted."""
    container = container_of(pod)
    empty = {volume["name"] for volume in pod["spec"].get("volumes") or [] if "downwardAPI" not in volume}
    mounted = [mount for mount in container.get("volumeMounts") or [] if mount["name"] in empty]
    mounts = [mount["mountPath"].rstrip("/") for mount in mounted]
    if not (container.get("securityContext") or {}).get("readOnlyRootFilesystem"):
        mounts += [path for path in _SCRATCH_OF_A_WRITABLE_ROOT if path not in mounts]
    return RootSpec(layers=[str(image.folder)], binds=image.binds, scratch=mounts)


def port_number(container: Object, port: int | str) -> int | None:
    """The number of a target port, which may be a container port's name; None if no port has the name."""
    if isinstance(port, int):
        return port
    ports = container.get("ports") or []
    return next((one["containerPort"] for one in ports if one.get("name") == port), None)


def _confinement(container: Object, user: int | None) -> list[str]:
    """The beginning of a command line that drops privileges. Only root has capabilities to drop."""
    settings = container.get("securityContext") or {}
    dropped = (settings.get("capabilities") or {}).get("drop") or []
    options = ["--no-new-privs"] if settings.get("allowPrivilegeEscalation") is False else []
    if user == 0 and dropped:
        names = ",".join("-all" if name.upper() == "ALL" else f"-{_short(name)}" for name in dropped)
        options += [f"--bounding-set={names}", f"--inh-caps={names}"]
    return ["setpriv", *options, "--"] if options else []


def _short(capability: str) -> str:
    """NET_ADMIN, with or without CAP_, as setpriv spells it."""
    return capability.lower().removeprefix("cap_")


def _imported(pod: Object, source: Object, find: Find) -> dict[str, str]:
    kind, field = (SECRET.name, "secretRef") if "secretRef" in source else (CONFIG_MAP.name, "configMapRef")
    reference = source[field]
    item = find(Key(kind, pod["metadata"]["namespace"], reference["name"]))
    if item is None:
        if reference.get("optional"):
            return {}
        raise ConfigurationError(f'{_lower(kind)} "{reference["name"]}" not found')
    return {source.get("prefix", "") + name: _value(item, name) for name in item.get("data") or {}}


def _referred(pod: Object, source: Object, find: Find) -> str | None:
    if "fieldRef" in source:
        return field_of(pod, source["fieldRef"]["fieldPath"])
    kind, field = (
        (SECRET.name, "secretKeyRef") if "secretKeyRef" in source else (CONFIG_MAP.name, "configMapKeyRef")
    )
    reference = source[field]
    item = find(Key(kind, pod["metadata"]["namespace"], reference["name"]))
    if item is not None and reference["key"] in (item.get("data") or {}):
        return _value(item, reference["key"])
    if reference.get("optional"):
        return None
    if item is None:
        raise ConfigurationError(f'{_lower(kind)} "{reference["name"]}" not found')
    where = f"{kind} {pod['metadata']['namespace']}/{reference['name']}"
    raise ConfigurationError(f"couldn't find key {reference['key']} in {where}")


def _value(item: Object, name: str) -> str:
    value = item["data"][name]
    return base64.b64decode(value).decode() if item["kind"] == SECRET.name else value


def _lower(kind: str) -> str:
    return kind.lower()
