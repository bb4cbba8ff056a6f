"""The policy pack for Pulumi's own command line: `pulumi preview --policy-pack policy`.

Pulumi's policy host runs this file outside of a package, so `rules` is imported from the same folder.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RULES, UNKNOWN, Resource, Rule, broker_ports, without_version
from rules.exposure import KAFKA_INSIDE


def policy(rule: Rule) -> ResourceValidationPolicy:
    """The rule as Pulumi's policy host calls it."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for violation in rule.violations(resource(args)):
            report(f"{violation.found}: {rule.why} ({rule.source})", None)

    return ResourceValidationPolicy(
        name=rule.name, description=f"It {rule.demand}.", validate=validate, url=rule.source
    )


def policy_on_own_ports() -> StackValidationPolicy:
    """KAFKA_INSIDE for ports that only the stack's own brokers have: one resource alone doesn't tell."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        told = [broker_ports(one.resource_type, _known(one.props)) for one in args.resources]
        ports = frozenset[int]().union(*told)
        for one in args.resources:
            usual, own = resource(one), resource(one, ports)
            found = {violation.found for violation in KAFKA_INSIDE.violations(usual)}
            for violation in KAFKA_INSIDE.violations(own):
                if violation.found not in found:
                    report(f"{violation.found}: {KAFKA_INSIDE.why} ({KAFKA_INSIDE.source})", one.urn)

    return StackValidationPolicy(
        name=f"{KAFKA_INSIDE.name}-on-own-ports",
        description=f"It {KAFKA_INSIDE.demand}.",
        validate=validate,
        url=KAFKA_INSIDE.source,
    )


def resource(args: ResourceValidationArgs | PolicyResource, ports: frozenset[int] = frozenset()) -> Resource:
    """The policy host's resource in the form that rules take."""
    return Resource(
        name=args.name,
        type=without_version(args.resource_type),
        inputs=_known(args.props),
        protect=args.opts.protect,
        broker_ports=ports,
    )


def _known(value: Any) -> Any:
    """A copy with UNKNOWN for unknown values: reading them from the host's own objects raises an error."""
    if isinstance(value, Mapping):
        return {name: _item(value, name) for name in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: str | int) -> Any:
    try:
        return _known(container[key])
    except UnknownValueError:
        return UNKNOWN


if __name__ == "__main__":
    PolicyPack("aks-kafka", [*map(policy, RULES), policy_on_own_ports()], EnforcementLevel.MANDATORY)
