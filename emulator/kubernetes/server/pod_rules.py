"""The rules for pod templates: what the API server refuses, and what the emulator does not model."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from emulator.kubernetes.server.downward import is_modelled_field
from emulator.kubernetes.server.objects import PROBES, Object
from emulator.kubernetes.server.values import as_list, known, mapping, reach
from emulator.providers.provider import Failure

# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
QUALIFIED_NAME = re.compile(r"([-a-z0-9.]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
ETC_HOSTS = "/etc/hosts"
_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")


def template_failures(path: str, template: Object, policies: tuple[str, ...]) -> Iterator[Failure]:
    """The failures of the template at `path`. `policies`: the restart policies that its owner allows."""
    yield from label_failures(f"{path}.metadata.labels", mapping(template.get("metadata")).get("labels"))
    specification = mapping(template.get("spec"))
    yield from _spreads(f"{path}.spec", specification)
    yield from _host_aliases(f"{path}.spec.hostAliases", specification)
    policy = specification.get("restartPolicy", "Always")
    if known(policy) and policy not in policies:
        supported = ", ".join(map(repr, policies))
        yield Failure(
            f"{path}.spec.restartPolicy", f"Unsupported value: {policy!r}: supported values: {supported}"
        )
    containers = specification.get("containers")
    if isinstance(containers, list):
        if len(containers) != 1:
            yield Failure(
                f"{path}.spec.containers", "not modelled by the emulator: a pod of several containers"
            )
        for index, container in enumerate(containers):
            yield from _container(f"{path}.spec.containers[{index}]", mapping(container), specification)


def port_failures(path: str, port: Any) -> Iterator[Failure]:
    """The failure of a port's number, if it is out of range."""
    if isinstance(port, int) and not 1 <= port <= 65535:
        yield Failure(path, f"Invalid value: {port}: must be between 1 and 65535, inclusive")


def label_failures(path: str, labels: Any) -> Iterator[Failure]:
    """The failures of labels: names and values of the wrong form."""
    for name, value in mapping(labels).items():
        if not QUALIFIED_NAME.fullmatch(name):
            yield Failure(path, f"Invalid value: {name!r}: a label's name")
        if isinstance(value, str) and not _LABEL_VALUE.fullmatch(value):
            yield Failure(f"{path}.{name}", f"Invalid value: {value!r}: a label's value")


def _spreads(path: str, pod: Object) -> Iterator[Failure]:
    for index, constraint in enumerate(as_list(pod.get("topologySpreadConstraints"))):
        one, place = mapping(constraint), f"{path}.topologySpreadConstraints[{index}]"
        skew = one.get("maxSkew")
        if isinstance(skew, int) and skew < 1:
            yield Failure(f"{place}.maxSkew", f"Invalid value: {skew}: must be greater than zero")
        unsatisfiable = one.get("whenUnsatisfiable")
        if known(unsatisfiable) and unsatisfiable not in ("DoNotSchedule", "ScheduleAnyway"):
            supported = "supported values: 'DoNotSchedule', 'ScheduleAnyway'"
            yield Failure(f"{place}.whenUnsatisfiable", f"Unsupported value: {unsatisfiable!r}: {supported}")
        labels = reach(one, "labelSelector", "matchLabels")
        keys = as_list(one.get("matchLabelKeys"))
        if keys and "labelSelector" not in one:
            yield Failure(f"{place}.matchLabelKeys", "Forbidden: must not be specified without labelSelector")
        if known(labels) and (both := [key for key in keys if key in mapping(labels)]):
            yield Failure(f"{place}.matchLabelKeys", f"Invalid value: {both[0]!r}: exists in labelSelector")


def _host_aliases(path: str, pod: Object) -> Iterator[Failure]:
    """ValidateHostAliases in pkg/apis/core/validation; addresses are the list's keys, hence unique."""
    seen = set()
    for index, alias in enumerate(as_list(pod.get("hostAliases"))):
        one, place = mapping(alias), f"{path}[{index}]"
        address = one.get("ip")
        if isinstance(address, str):
            try:
                ipaddress.ip_address(address)
            except ValueError:
                rule = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
                yield Failure(f"{place}.ip", f"Invalid value: {address!r}: {rule}")
            if address in seen:
                yield Failure(place, f'Duplicate value: {{"ip":"{address}"}}')
            seen.add(address)
        for number, name in enumerate(as_list(one.get("hostnames"))):
            if isinstance(name, str) and not SUBDOMAIN.fullmatch(name):
                rule = "a lowercase RFC 1123 subdomain"
                yield Failure(f"{place}.hostnames[{number}]", f"Invalid value: {name!r}: {rule}")


def _container(path: str, container: Object, pod: Object) -> Iterator[Failure]:
    if container.get("image", "") == "":
        yield Failure(f"{path}.image", "Required value")
    for index, port in enumerate(as_list(container.get("ports"))):
        yield from port_failures(f"{path}.ports[{index}].containerPort", mapping(port).get("containerPort"))
    for name in PROBES:
        if name in container and known(container[name]):
            yield from _probe(f"{path}.{name}", name, mapping(container[name]))
    hook = mapping(container.get("lifecycle")).get("preStop")
    if hook is not None:
        yield from _handler(f"{path}.lifecycle.preStop", mapping(hook))
    yield from _volume_mounts(path, container, pod)
    for index, variable in enumerate(as_list(container.get("env"))):
        field = mapping(mapping(mapping(variable).get("valueFrom")).get("fieldRef")).get("fieldPath")
        if isinstance(field, str) and not is_modelled_field(field):
            yield Failure(f"{path}.env[{index}].valueFrom.fieldRef", f"not modelled by the emulator: {field}")


def _volume_mounts(path: str, container: Object, pod: Object) -> Iterator[Failure]:
    volumes = pod.get("volumes")
    found = {mapping(volume).get("name"): mapping(volume) for volume in as_list(volumes)}
    for index, mount in enumerate(as_list(container.get("volumeMounts"))):
        name, place = mapping(mount).get("name"), f"{path}.volumeMounts[{index}]"
        if not known(volumes) or not known([*found]) or not isinstance(name, str):
            continue
        if name not in found:
            yield Failure(f"{place}.name", f"Not found: {name!r}")
        elif not _is_modelled(mapping(mount), found[name]):
            what = "a part of a volume, but for a file of the downward API at /etc/hosts"
            yield Failure(f"{place}.subPath", f"not modelled by the emulator: {what}")


def _is_modelled(mount: Object, volume: Object) -> bool:
    if "downwardAPI" not in volume:
        return "subPath" not in mount
    files = [mapping(item).get("path") for item in as_list(mapping(volume["downwardAPI"]).get("items"))]
    return mount.get("mountPath") == ETC_HOSTS and mount.get("subPath") in files


def _probe(path: str, name: str, probe: Object) -> Iterator[Failure]:
    yield from _handler(path, probe)
    threshold = probe.get("successThreshold", 1)
    if name != "readinessProbe" and known(threshold) and threshold != 1:
        yield Failure(f"{path}.successThreshold", f"Invalid value: {threshold}: must be 1")
    for field in ("periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"):
        value = probe.get(field, 1)
        if isinstance(value, int) and value < 1:
            yield Failure(f"{path}.{field}", f"Invalid value: {value}: must be greater than 0")


def _handler(path: str, holder: Object) -> Iterator[Failure]:
    given = [name for name in _HANDLERS if name in holder]
    if not given:
        yield Failure(path, "Required value: must specify a handler type")
    elif len(given) > 1:
        yield Failure(f"{path}.{given[1]}", "Forbidden: may not specify more than 1 handler type")
