"""When two values of a setting ask for the same of Azure, however they are written."""

from typing import Any


def in_any_case(before: Any, now: Any) -> bool:
    """Names of what Azure does not tell apart by case, such as VM sizes."""
    return str(before).lower() == str(now).lower()


def in_any_order(before: Any, now: Any) -> bool:
    """Lists that are sets to Azure, such as zones."""
    return sorted(before or ()) == sorted(now)


def but_for_the_comment(before: Any, now: Any) -> bool:
    """Public keys of SSH: a type, the key, and behind it a comment."""
    return str(before).split()[:2] == str(now).split()[:2]
