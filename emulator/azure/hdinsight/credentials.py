"""HDInsight's rules for user names and passwords.

Sources: "Create Linux-based clusters in Azure HDInsight", and the descriptions of Microsoft.HDInsight's API.
"""

import re

from emulator.azure.resource_manager.refusals import Refused

# These don't count as special characters, of which a password needs one.
_NOT_SPECIAL = "'\" \\].`"
_GATEWAY_USER = re.compile(r"[A-Za-z0-9]{1,20}")
_SSH_USER = re.compile(r"[a-z][a-z0-9_-]{1,31}")


def check_gateway(user: str, password: str) -> None:
    """Raises Refused for a user name or password that the cluster's gateway, hence Ambari, doesn't accept."""
    if not _GATEWAY_USER.fullmatch(user):
        message = f"The cluster login user name '{user}' must be 1 to 20 letters and digits."
        raise Refused(400, "InvalidUserName", message)
    reason = weakness(password, user)
    if reason:
        raise Refused(400, "InvalidPassword", f"The cluster login password {reason}.")


def check_ssh(user: str, gateway_user: str, password: str | None, has_key: bool) -> None:
    """Raises Refused for an SSH user name or password that HDInsight refuses, or without key and password."""
    if not _SSH_USER.fullmatch(user):
        message = (
            f"The SSH user name '{user}' must be 2 to 32 lower-case letters, digits, hyphens and "
            "underscores, a letter first."
        )
        raise Refused(400, "InvalidSshUserName", message)
    if user.lower() == gateway_user.lower():
        message = f"The SSH user name and the cluster login user name must differ; both are '{user}'."
        raise Refused(400, "SshUserNameSameAsClusterLogin", message)
    if not has_key and not password:
        raise Refused(
            400, "SshCredentialsMissing", f"SSH user '{user}' has neither a public key nor a password."
        )
    reason = weakness(password, user) if password else None
    if reason:
        raise Refused(400, "InvalidSshPassword", f"The SSH password {reason}.")


def weakness(password: str, user: str) -> str | None:
    """Why a password is refused, as a predicate ("must contain a digit"); None when it isn't.

    Never quotes the password, since the text goes into logs.
    """
    if len(password) < 10:
        return "must be at least 10 characters long"
    for needed, pattern in (
        ("a digit", r"[0-9]"),
        ("an upper-case letter", r"[A-Z]"),
        ("a lower-case letter", r"[a-z]"),
    ):
        if not re.search(pattern, password):
            return f"must contain {needed}"
    if not any(not character.isalnum() and character not in _NOT_SPECIAL for character in password):
        return "must contain a non-alphanumeric character other than ' \" \\ ] . ` and blank"
    parts = (user[start : start + 3] for start in range(len(user) - 2))
    if any(part.lower() in password.lower() for part in parts):
        return "must not contain three consecutive characters of the user name"
    return None
