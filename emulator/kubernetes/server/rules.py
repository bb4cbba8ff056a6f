"""What the API server refuses although it fits the schema, and what the emulator can't stand in for."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from emulator.kubernetes.server.downward import is_modelled_field
from emulator.kubernetes.server.objects import (
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    JOB,
    PROBES,
    SERVICE,
    SERVICE_ACCOUNT,
    Object,
)
from emulator.providers.provider import Failure, Unknown

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_QUALIFIED_NAME = re.compile(r"([-a-z0-9.]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_PERCENTAGE = re.compile(r"[0-9]+%")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_AZURE_BALANCER_ANNOTATION = "service.beta.kubernetes.io/"
# What pulumi-kubernetes reads: https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/metadata
PULUMI_ANNOTATIONS = (
    "pulumi.com/skipAwait",
    "pulumi.com/timeoutSeconds",
    "pulumi.com/replaceUnready",
    "pulumi.com/autonamed",
)


def broken_rules(item: Object) -> list[Failure]:
    """Everything that is wrong with an object that fits its schema. Unknown values are taken to be right."""
    return [*_metadata(item), *_RULES.get(item["kind"], _nothing)(item)]


def _nothing(_item: Object) -> Iterator[Failure]:
    return iter(())


def _metadata(item: Object) -> Iterator[Failure]:
    metadata = item["metadata"]
    name = metadata.get("name")
    if isinstance(name, str) and not _name_pattern(item["kind"]).fullmatch(name):
        yield Failure(
            "metadata.name", f"Invalid value: {name!r}: must match {_name_pattern(item['kind']).pattern}"
        )
    yield from _labels("metadata.labels", metadata.get("labels"))
    for annotation in _mapping(metadata.get("annotations")):
        if annotation.startswith("pulumi.com/") and annotation not in PULUMI_ANNOTATIONS:
            yield Failure("metadata.annotations", f"not modelled by the emulator: {annotation}")
        if annotation.startswith(_AZURE_BALANCER_ANNOTATION):
            yield Failure("metadata.annotations", f"not modelled by the emulator: {annotation}")


def _name_pattern(kind: str) -> re.Pattern[str]:
    if kind == SERVICE.name:
        return _SERVICE_NAME
    # A Deployment's or Job's name becomes part of its pods' host names and labels.
    return _LABEL_NAME if kind in ("Namespace", DEPLOYMENT.name, JOB.name) else _SUBDOMAIN


def _labels(path: str, labels: Any) -> Iterator[Failure]:
    for name, value in _mapping(labels).items():
        if not _QUALIFIED_NAME.fullmatch(name):
            yield Failure(path, f"Invalid value: {name!r}: a label's name")
        if isinstance(value, str) and not _LABEL_VALUE.fullmatch(value):
            yield Failure(f"{path}.{name}", f"Invalid value: {value!r}: a label's value")


def _deployment(item: Object) -> Iterator[Failure]:
    specification = _mapping(item["spec"])
    yield from _template("spec.template", _mapping(specification.get("template")), ("Always",))
    yield from _strategy(_mapping(specification.get("strategy")))
    selector = _reach(item, "spec", "selector", "matchLabels")
    labels = _reach(item, "spec", "template", "metadata", "labels")
    if not _known(selector) or not _known(labels):
        return
    if not selector:
        yield Failure("spec.selector", "Required value")
    elif not _mapping(selector).items() <= _mapping(labels).items():
        yield Failure(
            "spec.template.metadata.labels", "Invalid value: `selector` does not match template `labels`"
        )


def _strategy(strategy: Object) -> Iterator[Failure]:
    rolling = _mapping(strategy.get("rollingUpdate"))
    if strategy.get("type") == "Recreate" and rolling:
        yield Failure(
            "spec.strategy.rollingUpdate",
            "Forbidden: may not be specified when strategy `type` is 'Recreate'",
        )
    values = {name: rolling[name] for name in ("maxSurge", "maxUnavailable") if name in rolling}
    for name, value in values.items():
        right = (
            _PERCENTAGE.fullmatch(value)
            if isinstance(value, str)
            else isinstance(value, Unknown) or value >= 0
        )
        if not right:
            yield Failure(
                f"spec.strategy.rollingUpdate.{name}",
                f"Invalid value: {value!r}: must be a non-negative number or a percentage",
            )
    if len(values) == 2 and all(value in (0, "0%") for value in values.values()):
        yield Failure(
            "spec.strategy.rollingUpdate.maxUnavailable",
            "Invalid value: may not be 0 when `maxSurge` is 0",
        )


def _job(item: Object) -> Iterator[Failure]:
    specification = _mapping(item["spec"])
    yield from _template("spec.template", _mapping(specification.get("template")), ("Never", "OnFailure"))
    for name in ("backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"):
        value = specification.get(name)
        if isinstance(value, int) and value < 0:
            yield Failure(f"spec.{name}", f"Invalid value: {value}: must be greater than or equal to 0")
    yield from _pod_failure_policy(specification)


def _pod_failure_policy(job: Object) -> Iterator[Failure]:
    policy = job.get("podFailurePolicy")
    if policy is None or isinstance(policy, Unknown):
        return
    pod = _reach(job, "template", "spec")
    restart = _mapping(pod).get("restartPolicy")
    if _known(restart) and restart != "Never":
        yield Failure(
            "spec.template.spec.restartPolicy",
            f"Invalid value: {restart!r}: only 'Never' is supported when podFailurePolicy is specified",
        )
    names = [_mapping(container).get("name") for container in _list(_mapping(pod).get("containers"))]
    for index, rule in enumerate(_list(_mapping(policy).get("rules"))):
        path = f"spec.podFailurePolicy.rules[{index}]"
        requirement = _mapping(rule).get("onExitCodes")
        patterns = _mapping(rule).get("onPodConditions")
        if not _known(patterns) or not _known(requirement):
            continue
        if requirement is not None and patterns:
            both = "specifying both OnExitCodes and OnPodConditions is not supported"
            yield Failure(path, f"Invalid value: {both}")
        if requirement is None and not patterns:
            yield Failure(
                path, "Invalid value: specifying one of OnExitCodes and OnPodConditions is required"
            )
        yield from _exit_codes(f"{path}.onExitCodes", _mapping(requirement), names)
        yield from _pod_conditions(f"{path}.onPodConditions", _list(patterns))


def _pod_conditions(path: str, patterns: list[Any]) -> Iterator[Failure]:
    """validatePodFailurePolicyRuleOnPodConditions in pkg/apis/batch/validation."""
    for index, pattern in enumerate(patterns):
        kind, status = _mapping(pattern).get("type"), _mapping(pattern).get("status")
        if isinstance(kind, str) and not _QUALIFIED_NAME.fullmatch(kind):
            yield Failure(f"{path}[{index}].type", f"Invalid value: {kind!r}: a condition's type")
        if _known(status) and status not in ("True", "False", "Unknown"):
            supported = "supported values: 'False', 'True', 'Unknown'"
            yield Failure(f"{path}[{index}].status", f"Unsupported value: {status!r}: {supported}")


def _exit_codes(path: str, requirement: Object, containers: list[Any]) -> Iterator[Failure]:
    name = requirement.get("containerName")
    if isinstance(name, str) and _known(containers) and name not in containers:
        what = "must be one of the container or initContainer names in the pod template"
        yield Failure(f"{path}.containerName", f"Invalid value: {name!r}: {what}")
    operator = requirement.get("operator", "In")
    if _known(operator) and operator not in ("In", "NotIn"):
        yield Failure(f"{path}.operator", f"Unsupported value: {operator!r}: supported values: 'In', 'NotIn'")
    values = requirement.get("values")
    if not _known(values) or values is None:
        return
    if not values:
        yield Failure(f"{path}.values", "Invalid value: []: at least one value is required")
    if values != sorted(set(values)):
        yield Failure(f"{path}.values", f"Invalid value: {values}: must be ordered, none twice")
    if operator == "In" and 0 in values:
        yield Failure(f"{path}.values", "Invalid value: 0: must not be 0 for the In operator")


def _service(item: Object) -> Iterator[Failure]:
    if isinstance(item["spec"], Unknown):
        return
    if "type" not in item["spec"]:
        yield Failure(
            "spec.type", "not modelled by the emulator: spec.type 'ClusterIP'; only LoadBalancer is"
        )
    for index, source in enumerate(_list(item["spec"].get("loadBalancerSourceRanges"))):
        yield from _source_range(f"spec.loadBalancerSourceRanges[{index}]", source)
    ports = item["spec"].get("ports")
    if isinstance(ports, Unknown):
        return
    if not ports:
        yield Failure("spec.ports", "Required value")
        return
    names = [_mapping(port).get("name") for port in ports]
    if len(ports) > 1 and None in names:
        yield Failure("spec.ports", "Required value: a Service with several ports must name each")
    known = [name for name in names if isinstance(name, str)]
    if len(set(known)) < len(known):
        yield Failure("spec.ports", "Duplicate value: names of ports must differ")
    for index, port in enumerate(ports):
        yield from _port(f"spec.ports[{index}].port", _mapping(port).get("port"))


def _source_range(path: str, source: Any) -> Iterator[Failure]:
    """ValidateLoadBalancerSourceRanges in pkg/apis/core/v1/helper: host bits may be set."""
    if not isinstance(source, str):
        return
    try:
        network = ipaddress.ip_network(source.strip(), strict=False)
    except ValueError:
        network = None
    if network is None or "/" not in source:
        yield Failure(path, f"Invalid value: {source!r}: must be a valid CIDR value, e.g. 10.0.0.0/8")
    elif network.version != 4:
        yield Failure(path, f"not modelled by the emulator: the IPv6 range {source}")


def _disruption_budget(item: Object) -> Iterator[Failure]:
    specification = _mapping(item["spec"])
    given = [name for name in ("minAvailable", "maxUnavailable") if name in specification]
    if len(given) == 2:
        yield Failure("spec", "Invalid value: minAvailable and maxUnavailable cannot be both set")
    for name in given:
        value = specification[name]
        number = isinstance(value, int) and value >= 0
        percentage = isinstance(value, str) and _PERCENTAGE.fullmatch(value) and int(value[:-1]) <= 100
        if _known(value) and not number and not percentage:
            yield Failure(f"spec.{name}", f"Invalid value: {value!r}: a number, or a percentage up to 100%")


def _spreads(path: str, pod: Object) -> Iterator[Failure]:
    for index, constraint in enumerate(_list(pod.get("topologySpreadConstraints"))):
        one, place = _mapping(constraint), f"{path}.topologySpreadConstraints[{index}]"
        skew = one.get("maxSkew")
        if isinstance(skew, int) and skew < 1:
            yield Failure(f"{place}.maxSkew", f"Invalid value: {skew}: must be greater than zero")
        unsatisfiable = one.get("whenUnsatisfiable")
        if _known(unsatisfiable) and unsatisfiable not in ("DoNotSchedule", "ScheduleAnyway"):
            supported = "supported values: 'DoNotSchedule', 'ScheduleAnyway'"
            yield Failure(f"{place}.whenUnsatisfiable", f"Unsupported value: {unsatisfiable!r}: {supported}")
        labels = _reach(one, "labelSelector", "matchLabels")
        keys = _list(one.get("matchLabelKeys"))
        if keys and "labelSelector" not in one:
            yield Failure(f"{place}.matchLabelKeys", "Forbidden: must not be specified without labelSelector")
        if _known(labels) and (both := [key for key in keys if key in _mapping(labels)]):
            yield Failure(f"{place}.matchLabelKeys", f"Invalid value: {both[0]!r}: exists in labelSelector")


def _template(path: str, template: Object, policies: tuple[str, ...]) -> Iterator[Failure]:
    yield from _labels(f"{path}.metadata.labels", _mapping(template.get("metadata")).get("labels"))
    specification = _mapping(template.get("spec"))
    yield from _spreads(f"{path}.spec", specification)
    policy = specification.get("restartPolicy", "Always")
    if _known(policy) and policy not in policies:
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
            yield from _container(f"{path}.spec.containers[{index}]", _mapping(container), specification)


def _container(path: str, container: Object, pod: Object) -> Iterator[Failure]:
    if container.get("image", "") == "":
        yield Failure(f"{path}.image", "Required value")
    for index, port in enumerate(_list(container.get("ports"))):
        yield from _port(f"{path}.ports[{index}].containerPort", _mapping(port).get("containerPort"))
    for name in PROBES:
        if name in container and _known(container[name]):
            yield from _probe(f"{path}.{name}", name, _mapping(container[name]))
    hook = _mapping(container.get("lifecycle")).get("preStop")
    if hook is not None:
        yield from _handler(f"{path}.lifecycle.preStop", _mapping(hook))
    yield from _volume_mounts(path, container, pod)
    for index, variable in enumerate(_list(container.get("env"))):
        field = _mapping(_mapping(_mapping(variable).get("valueFrom")).get("fieldRef")).get("fieldPath")
        if isinstance(field, str) and not is_modelled_field(field):
            yield Failure(f"{path}.env[{index}].valueFrom.fieldRef", f"not modelled by the emulator: {field}")


def _volume_mounts(path: str, container: Object, pod: Object) -> Iterator[Failure]:
    volumes = pod.get("volumes")
    names = [_mapping(volume).get("name") for volume in _list(volumes)]
    for index, mount in enumerate(_list(container.get("volumeMounts"))):
        name = _mapping(mount).get("name")
        if _known(volumes) and _known(names) and isinstance(name, str) and name not in names:
            yield Failure(f"{path}.volumeMounts[{index}].name", f"Not found: {name!r}")


def _probe(path: str, name: str, probe: Object) -> Iterator[Failure]:
    yield from _handler(path, probe)
    threshold = probe.get("successThreshold", 1)
    if name != "readinessProbe" and _known(threshold) and threshold != 1:
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


def _port(path: str, port: Any) -> Iterator[Failure]:
    if isinstance(port, int) and not 1 <= port <= 65535:
        yield Failure(path, f"Invalid value: {port}: must be between 1 and 65535, inclusive")


def _reach(value: Any, *path: str) -> Any:
    """What lies at the path: None where nothing does, unknown where a step to it is."""
    for name in path:
        if isinstance(value, Unknown):
            return value
        value = _mapping(value).get(name)
    return value


def _mapping(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _known(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_known, value.values()))
    if isinstance(value, list):
        return all(map(_known, value))
    return not isinstance(value, Unknown)


_RULES = {
    DEPLOYMENT.name: _deployment,
    JOB.name: _job,
    SERVICE.name: _service,
    DISRUPTION_BUDGET.name: _disruption_budget,
    SERVICE_ACCOUNT.name: _nothing,
}
