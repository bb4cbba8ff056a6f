"""The rules beyond the schema: what the API server refuses, and what the emulator does not model."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from packaging.version import Version

from emulator.kubernetes.server.objects import (
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    INTERNAL_BALANCER,
    JOB,
    NAMESPACE,
    SERVICE,
    SERVICE_ACCOUNT,
    Object,
)
from emulator.kubernetes.server.pod_rules import (
    QUALIFIED_NAME,
    SUBDOMAIN,
    label_failures,
    port_failures,
    template_failures,
)
from emulator.kubernetes.server.values import as_list, known, mapping, reach
from emulator.providers.provider import Failure, Unknown

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
# A Job's name is a label of its pods, too.
_JOB_NAME = re.compile(r"(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_PERCENTAGE = re.compile(r"[0-9]+%")
_AZURE_BALANCER_ANNOTATION = "service.beta.kubernetes.io/"
# What pulumi-kubernetes reads: https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/metadata
PULUMI_ANNOTATIONS = (
    "pulumi.com/skipAwait",
    "pulumi.com/timeoutSeconds",
    "pulumi.com/replaceUnready",
    "pulumi.com/autonamed",
    "pulumi.com/waitFor",
    "pulumi.com/patchFieldManager",
    "pulumi.com/patchForce",
)
# Of the expressions that pulumi-kubernetes takes, the one modelled: a field that has to exist.
_WAIT_FOR = re.compile(r"jsonpath=\{(\.\w+)+\}")


# RelaxedServiceNameValidation and StrictIPCIDRValidation, on by default (pkg/features/kube_features.go)
_STRICT_RANGES_AND_RELAXED_NAMES = Version("1.36")


def broken_rules(item: Object, version: str | None, former: Object | None = None) -> list[Failure]:
    """The failures of an object that fits its schema. Unknown values are taken to be right.

    `version`: that of Kubernetes, None for the newest. `former`: the object before the change; some wrong
    values that it has already may stay.
    """
    newer = version is None or Version(version.removeprefix("v")) >= _STRICT_RANGES_AND_RELAXED_NAMES
    found = [*_metadata(item, newer), *_RULES.get(item["kind"], _nothing)(item)]
    return [*found, *_strict_ranges(item, former)] if newer and item["kind"] == SERVICE.name else found


def _nothing(_item: Object) -> Iterator[Failure]:
    return iter(())


def _metadata(item: Object, relaxed: bool) -> Iterator[Failure]:
    metadata = item["metadata"]
    name, pattern = metadata.get("name"), _name_pattern(item["kind"], relaxed)
    if isinstance(name, str) and not pattern.fullmatch(name):
        yield Failure("metadata.name", f"Invalid value: {name!r}: must match {pattern.pattern}")
    yield from label_failures("metadata.labels", metadata.get("labels"))
    for annotation, value in mapping(metadata.get("annotations")).items():
        if annotation.startswith("pulumi.com/") and annotation not in PULUMI_ANNOTATIONS:
            yield Failure("metadata.annotations", f"not modelled by the emulator: {annotation}")
        if annotation == "pulumi.com/waitFor" and not _WAIT_FOR.fullmatch(str(value)):
            yield Failure("metadata.annotations", f"not modelled by the emulator: {annotation}: {value}")
        internal = annotation == INTERNAL_BALANCER and value in ("true", "false")
        if annotation.startswith(_AZURE_BALANCER_ANNOTATION) and not internal:
            yield Failure("metadata.annotations", f"not modelled by the emulator: {annotation}: {value}")


def _name_pattern(kind: str, relaxed: bool) -> re.Pattern[str]:
    if kind == SERVICE.name:
        return _LABEL_NAME if relaxed else _SERVICE_NAME
    return {NAMESPACE.name: _LABEL_NAME, JOB.name: _JOB_NAME}.get(kind, SUBDOMAIN)


def _deployment(item: Object) -> Iterator[Failure]:
    specification = mapping(item["spec"])
    yield from template_failures("spec.template", mapping(specification.get("template")), ("Always",))
    yield from _strategy(mapping(specification.get("strategy")))
    selector = reach(item, "spec", "selector", "matchLabels")
    labels = reach(item, "spec", "template", "metadata", "labels")
    if not known(selector) or not known(labels):
        return
    if not selector:
        yield Failure("spec.selector", "Required value")
    elif not mapping(selector).items() <= mapping(labels).items():
        yield Failure(
            "spec.template.metadata.labels", "Invalid value: `selector` does not match template `labels`"
        )


def _strategy(strategy: Object) -> Iterator[Failure]:
    rolling = mapping(strategy.get("rollingUpdate"))
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
    specification = mapping(item["spec"])
    yield from template_failures(
        "spec.template", mapping(specification.get("template")), ("Never", "OnFailure")
    )
    for name in ("backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"):
        value = specification.get(name)
        if isinstance(value, int) and value < 0:
            yield Failure(f"spec.{name}", f"Invalid value: {value}: must be greater than or equal to 0")
    yield from _pod_failure_policy(specification)


def _pod_failure_policy(job: Object) -> Iterator[Failure]:
    policy = job.get("podFailurePolicy")
    if policy is None or isinstance(policy, Unknown):
        return
    pod = reach(job, "template", "spec")
    restart = mapping(pod).get("restartPolicy")
    if known(restart) and restart != "Never":
        yield Failure(
            "spec.template.spec.restartPolicy",
            f"Invalid value: {restart!r}: only 'Never' is supported when podFailurePolicy is specified",
        )
    names = [mapping(container).get("name") for container in as_list(mapping(pod).get("containers"))]
    for index, rule in enumerate(as_list(mapping(policy).get("rules"))):
        path = f"spec.podFailurePolicy.rules[{index}]"
        requirement = mapping(rule).get("onExitCodes")
        patterns = mapping(rule).get("onPodConditions")
        if not known(patterns) or not known(requirement):
            continue
        if requirement is not None and patterns:
            both = "specifying both OnExitCodes and OnPodConditions is not supported"
            yield Failure(path, f"Invalid value: {both}")
        if requirement is None and not patterns:
            yield Failure(
                path, "Invalid value: specifying one of OnExitCodes and OnPodConditions is required"
            )
        yield from _exit_codes(f"{path}.onExitCodes", mapping(requirement), names)
        yield from _pod_conditions(f"{path}.onPodConditions", as_list(patterns))


def _pod_conditions(path: str, patterns: list[Any]) -> Iterator[Failure]:
    """validatePodFailurePolicyRuleOnPodConditions in pkg/apis/batch/validation."""
    for index, pattern in enumerate(patterns):
        kind, status = mapping(pattern).get("type"), mapping(pattern).get("status")
        if isinstance(kind, str) and not QUALIFIED_NAME.fullmatch(kind):
            yield Failure(f"{path}[{index}].type", f"Invalid value: {kind!r}: a condition's type")
        if known(status) and status not in ("True", "False", "Unknown"):
            supported = "supported values: 'False', 'True', 'Unknown'"
            yield Failure(f"{path}[{index}].status", f"Unsupported value: {status!r}: {supported}")


def _exit_codes(path: str, requirement: Object, containers: list[Any]) -> Iterator[Failure]:
    name = requirement.get("containerName")
    if isinstance(name, str) and known(containers) and name not in containers:
        what = "must be one of the container or initContainer names in the pod template"
        yield Failure(f"{path}.containerName", f"Invalid value: {name!r}: {what}")
    operator = requirement.get("operator", "In")
    if known(operator) and operator not in ("In", "NotIn"):
        yield Failure(f"{path}.operator", f"Unsupported value: {operator!r}: supported values: 'In', 'NotIn'")
    values = requirement.get("values")
    if not known(values) or values is None:
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
    yield from _load_balancer_fields(item["spec"])
    for index, source in enumerate(as_list(item["spec"].get("loadBalancerSourceRanges"))):
        yield from _source_range(f"spec.loadBalancerSourceRanges[{index}]", source)
    ports = item["spec"].get("ports")
    if isinstance(ports, Unknown):
        return
    if not ports:
        yield Failure("spec.ports", "Required value")
        return
    names = [mapping(port).get("name") for port in ports]
    numbers = [(mapping(port).get("port"), mapping(port).get("protocol", "TCP")) for port in ports]
    for index, port in enumerate(ports):
        path = f"spec.ports[{index}]"
        if len(ports) > 1 and names[index] is None:
            yield Failure(f"{path}.name", "Required value")
        elif isinstance(names[index], str) and names[index] in names[:index]:
            yield Failure(f"{path}.name", f'Duplicate value: "{names[index]}"')
        if known(ports) and numbers[index] in numbers[:index]:
            yield Failure(path, f"Duplicate value: {numbers[index][0]}/{numbers[index][1]}")
        yield from port_failures(f"{path}.port", mapping(port).get("port"))


def _load_balancer_fields(specification: Object) -> Iterator[Failure]:
    """ValidateService in pkg/apis/core/validation: fields that a Service of type ClusterIP must not have."""
    if specification.get("type", "ClusterIP") != "ClusterIP":
        return
    if specification.get("loadBalancerSourceRanges"):
        forbidden = "Forbidden: may only be used when `type` is 'LoadBalancer'"
        yield Failure("spec.loadBalancerSourceRanges", forbidden)
    if specification.get("externalTrafficPolicy"):
        what = "may only be set for externally-accessible services"
        yield Failure("spec.externalTrafficPolicy", f"Invalid value: {what}")


def _source_range(path: str, source: Any) -> Iterator[Failure]:
    """IsValidCIDRForLegacyField in k8s.io/apimachinery/pkg/util/validation, without strictValidation."""
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


def _strict_ranges(item: Object, former: Object | None) -> Iterator[Failure]:
    """parseCIDR with strictValidation; a range that the Service has already may stay (validateService)."""
    kept = [str(one).strip() for one in as_list(reach(former, "spec", "loadBalancerSourceRanges"))]
    for index, source in enumerate(as_list(reach(item, "spec", "loadBalancerSourceRanges"))):
        if not isinstance(source, str) or source.strip() in kept:
            continue
        try:
            network = ipaddress.ip_network(source.strip(), strict=False)
        except ValueError:
            continue
        if ipaddress.ip_address(source.strip().partition("/")[0]) != network.network_address:
            yield Failure(
                f"spec.loadBalancerSourceRanges[{index}]",
                f"Invalid value: {source!r}: must not have bits set beyond the prefix length",
            )


def _disruption_budget(item: Object) -> Iterator[Failure]:
    specification = mapping(item["spec"])
    given = [name for name in ("minAvailable", "maxUnavailable") if name in specification]
    if len(given) == 2:
        yield Failure("spec", "Invalid value: minAvailable and maxUnavailable cannot be both set")
    for name in given:
        value = specification[name]
        number = isinstance(value, int) and value >= 0
        percentage = isinstance(value, str) and _PERCENTAGE.fullmatch(value) and int(value[:-1]) <= 100
        if known(value) and not number and not percentage:
            yield Failure(f"spec.{name}", f"Invalid value: {value!r}: a number, or a percentage up to 100%")


_RULES = {
    DEPLOYMENT.name: _deployment,
    JOB.name: _job,
    SERVICE.name: _service,
    DISRUPTION_BUDGET.name: _disruption_budget,
    SERVICE_ACCOUNT.name: _nothing,
}
