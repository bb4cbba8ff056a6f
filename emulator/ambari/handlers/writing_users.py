"""POST and PUT of users and of their privileges."""

from emulator.ambari.cluster.users import ADMINISTRATOR, CLUSTER_ROLES
from emulator.ambari.errors import AmbariError, ContainerError, NotModelledError
from emulator.ambari.handlers.calls import NO_PERMISSION, Call, Handler, Reply


def post_users(call: Call) -> Reply:
    """Adds users."""
    _check_administrator(call)
    for body in call.bodies:
        name, password = body.get("Users", "user_name"), body.get("Users", "password")
        if not name or not password:
            raise AmbariError(400, "User name and password must be supplied.")
        roles = [ADMINISTRATOR] if body.get("Users", "admin") else []
        active = body.get("Users", "active")
        call.cluster.users.create(str(name), str(password), roles, active=active is not False)
    return Reply(201)


def put_user(call: Call) -> Reply:
    """Changes whether a user is active, or resets the number of failed sign-ins."""
    _check_administrator(call)
    user = call.cluster.users.find(call.parameters["user"])
    for body in call.bodies:
        for name in body.ids():
            if name not in ("Users/active", "Users/consecutive_failures"):
                raise NotModelledError(f"changing {name}")
        active, failures = body.get("Users", "active"), body.get("Users", "consecutive_failures")
        call.cluster.users.change(user, active=active, failures=failures)
    return Reply()


def post_privileges(call: Call) -> Reply:
    """Adds roles in the cluster to users."""
    _check_administrator(call)
    for body in call.bodies:
        role = str(body.get("PrivilegeInfo", "permission_name"))
        if role not in CLUSTER_ROLES:
            raise NotModelledError(f"permission {role}")
        call.cluster.users.grant(str(body.get("PrivilegeInfo", "principal_name")), role)
    return Reply(201)


def _check_administrator(call: Call) -> None:
    if ADMINISTRATOR not in call.user.roles:
        raise ContainerError(403, NO_PERMISSION)


USER_WRITERS: dict[tuple[str, str], Handler] = {
    ("POST", "/users"): post_users,
    ("PUT", "/users/{user}"): put_user,
    ("POST", "/clusters/{cluster}/privileges"): post_privileges,
}
"""Handlers by method and route template."""
