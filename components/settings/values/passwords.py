"""The rule for the password of HDInsight's gateway."""

import re
from collections.abc import Collection

from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import broken
from .names import HDINSIGHT_CREATE

HDINSIGHT_ENTRA = "https://learn.microsoft.com/azure/hdinsight/create-clusters-with-entra"
SET_PASSWORD = "pulumi config set --secret ambariPassword"
EXAMPLE = "16 letters of both cases, digits and hyphens at random, which a password manager makes"


def gateway_password(value: str, user: str) -> str:
    """The rule for the password of the gateway's `user`."""
    wanting = [
        wanted
        for present, wanted in (
            (len(value) >= 10, "at least 10 characters"),
            (re.search(r"[0-9]", value), "a digit"),
            (re.search(r"[A-Z]", value), "an upper-case letter"),
            (re.search(r"[a-z]", value), "a lower-case letter"),
            (re.search(r"[^A-Za-z0-9]", value), "a character that is neither letter nor digit"),
            (not re.search(r"""['"\\\].`]""", value), "none of the characters ' \" \\ ] . `"),
            (value.isascii() and value.isprintable(), "only printable ASCII characters"),
            (not _shares_three(value, user), f"no three consecutive characters of the user name {user!r}"),
        )
        if not present
    ]
    if wanting:
        raise broken(f"must have {', '.join(wanting)}", source=HDINSIGHT_CREATE, right=EXAMPLE)
    if "#" in value:
        leniency.advise(
            "ambariPassword has a `#`, which HDInsight may refuse: a revision of its documentation says so "
            f"({HDINSIGHT_CREATE})"
        )
    return value


def apart_from_ssh_user(value: str, ssh_user: str) -> str:
    """The rule that the gateway's password shares no three consecutive characters with the SSH user's name.

    HDInsight refuses it only while it makes the cluster, which takes 21 to 35 minutes.
    """
    if _shares_three(value, ssh_user):
        rule = f"must have no three consecutive characters of sshUser, {ssh_user!r}"
        leniency.refuse(rule, unless=Made.KAFKA, source=HDINSIGHT_ENTRA, right=EXAMPLE)
    return value


def _shares_three(password: str, user: str) -> bool:
    lowered = user.lower()
    return any(part in password.lower() for part in _threes(lowered))


def _threes(text: str) -> Collection[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}
