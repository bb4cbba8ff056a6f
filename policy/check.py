"""Checks a preview: `pulumi preview --json | python -m policy.check`.

Exit status 0 when every resource keeps every rule, 1 when one doesn't, 2 when there is no preview to check.
"""

import sys
from collections.abc import Iterable

from .preview import NoPreview, resources
from .rules import RULES, Resource, Violation


def main() -> int:
    try:
        planned = resources(sys.stdin.read())
    except NoPreview as failure:
        print(f"Nothing was checked: {failure}.", file=sys.stderr)
        return 2
    found = violations(planned)
    for violation in found:
        print(violation)
    print(f"{len(planned)} resources, {len(RULES)} rules, {len(found)} violations")
    return 1 if found else 0


def violations(planned: Iterable[Resource]) -> list[Violation]:
    """Every violation of every rule by these resources."""
    return [violation for resource in planned for rule in RULES for violation in rule.violations(resource)]


if __name__ == "__main__":
    sys.exit(main())
