"""Checks a preview: `pulumi preview --json | python -m policy.check`.

Exit status 0 when every resource keeps every rule, 1 when one doesn't, 2 when there is no preview to check.
"""

import sys

from .preview import NoPreview, resources
from .rules import RULES


def main() -> int:
    try:
        planned = resources(sys.stdin.read())
    except NoPreview as failure:
        print(f"Nothing was checked: {failure}.", file=sys.stderr)
        return 2
    violations = [
        violation for resource in planned for rule in RULES for violation in rule.violations(resource)
    ]
    for violation in violations:
        print(violation)
    print(f"{len(planned)} resources, {len(RULES)} rules, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
