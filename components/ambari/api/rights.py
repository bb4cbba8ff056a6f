"""Who may make the change: Ambari's roles, looked at before anything is written. Pure.

Seen on 2.7.3 and 2.7.8: SERVICE.OPERATOR and CLUSTER.USER may write the run's note, and are refused at the
save; the three roles that are named here may do all that a run does.
"""

from __future__ import annotations

from collections.abc import Collection

ADMINISTRATOR = "AMBARI.ADMINISTRATOR"
MAY_CHANGE = ("CLUSTER.ADMINISTRATOR", "CLUSTER.OPERATOR", "SERVICE.ADMINISTRATOR")
NEEDED = (
    f"The change takes the role {', '.join(MAY_CHANGE[:-1])} or {MAY_CHANGE[-1]} in the cluster, "
    f"or {ADMINISTRATOR}"
)

_MAY_RESTART = "SERVICE.OPERATOR"
_MAY_LOOK = frozenset({"CLUSTER.USER", "VIEW.USER"})


def lacking(user: str, roles: Collection[str], saves: bool) -> str:
    """Why a user with these roles can't save a configuration, or restart brokers; empty: nothing says so.

    A role that is not known here is left to Ambari to judge.
    """
    insufficient = _MAY_LOOK | {_MAY_RESTART} if saves else _MAY_LOOK
    if not roles or not insufficient.issuperset(roles):
        return ""
    what = "save Kafka's configuration" if saves else "restart brokers"
    return (
        f"Ambari's user {user} may not {what}: it has the role {', '.join(sorted(roles))}. {NEEDED}. "
        "Nothing was changed."
    )
