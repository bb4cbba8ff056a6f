"""The policy pack for Pulumi's own command line: `pulumi preview --policy-pack policy`.

Pulumi's policy host runs this file outside of a package, so `rules` is imported from the same folder.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RULES, UNKNOWN, Resource, Rule, without_version


def policy(rule: Rule) -> ResourceValidationPolicy:
    """The rule as Pulumi's policy host calls it."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for violation in rule.violations(resource(args)):
            report(f"{violation.found}: {rule.why} ({rule.source})", None)

    return ResourceValidationPolicy(
        name=rule.name, description=f"It {rule.demand}.", validate=validate, url=rule.source
    )


def resource(args: ResourceValidationArgs) -> Resource:
    """The policy host's resource in the form that rules take."""
    return Resource(
        name=args.name,
        type=without_version(args.resource_type),
        inputs=_known(args.props),
        protect=args.opts.protect,
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
    PolicyPack("aks-kafka", [policy(rule) for rule in RULES], EnforcementLevel.MANDATORY)
