"""Users, their roles, and their sessions."""

import hashlib
import secrets
from collections.abc import Mapping
from functools import lru_cache

from emulator.ambari.cluster.records import Table, User, now_milliseconds
from emulator.ambari.errors import ContainerError, missing
from emulator.store import Store

ADMINISTRATOR = "AMBARI.ADMINISTRATOR"
CLUSTER_ROLES = (
    "CLUSTER.ADMINISTRATOR",
    "CLUSTER.OPERATOR",
    "SERVICE.ADMINISTRATOR",
    "SERVICE.OPERATOR",
    "CLUSTER.USER",
)

MAY_CONFIGURE = frozenset({ADMINISTRATOR, *CLUSTER_ROLES[:3]})
MAY_MANAGE_HOSTS = frozenset({ADMINISTRATOR, "CLUSTER.ADMINISTRATOR", "CLUSTER.OPERATOR"})
MAY_OPERATE = frozenset({ADMINISTRATOR, *CLUSTER_ROLES[:4]})
MAY_VIEW = frozenset({ADMINISTRATOR, *CLUSTER_ROLES})
MAY_WRITE_CLUSTER_ARTIFACTS = frozenset({ADMINISTRATOR, "CLUSTER.ADMINISTRATOR", "CLUSTER.USER"})

REJECTED = "Unable to sign in. Invalid username/password combination."


class Users:
    """The users of one Ambari server. Not thread-safe: the cluster's lock guards it."""

    def __init__(self, store: Store, passwords: Mapping[str, str], max_failures: int) -> None:
        self._users = Table(store, "user", User)
        self._sessions: dict[str, str] = {}
        self._max_failures = max_failures
        for name, password in passwords.items():
            if self._users.get(name.lower()) is None:
                self.create(name, password, [ADMINISTRATOR])

    def all(self) -> list[User]:
        """All users, sorted by name."""
        return sorted(self._users.all(), key=lambda user: user.name)

    def find(self, name: str) -> User:
        """The user with this name, which is not case-sensitive. Raises AmbariError 404."""
        user = self._users.get(name.lower())
        if user is None:
            raise missing(f"The requested resource doesn't exist: User not found, Users/user_name={name}")
        return user

    def create(self, name: str, password: str, roles: list[str], *, active: bool = True) -> None:
        """Adds a user."""
        user = User(name.lower(), _hashed(password), now_milliseconds(), active, roles)
        self._save(user)

    def set_password(self, name: str, password: str) -> None:
        """Changes a user's password. Sessions stay valid."""
        user = self.find(name)
        user.password_hash = _hashed(password)
        self._save(user)

    def change(self, user: User, *, active: bool | None = None, failures: int | None = None) -> None:
        """Changes whether a user is active, and the number of failed sign-ins."""
        user.active = user.active if active is None else active
        user.failures = user.failures if failures is None else failures
        self._save(user)

    def grant(self, name: str, role: str) -> None:
        """Adds a role in the cluster to a user's roles."""
        user = self.find(name)
        user.roles = [*user.roles, role]
        self._save(user)

    def sign_in(self, name: str, password: str) -> User:
        """Returns the user with this password. Raises ContainerError 403, with one text for all reasons.

        After `max_failures` failed sign-ins the right password is refused as well, until an administrator
        resets the count; 0 allows any number (authentication.local.max.failures).
        """
        user = self._users.get(name.lower())
        if user is None:
            raise ContainerError(403, REJECTED)
        locked = 0 < self._max_failures <= user.failures
        if not _matches(password, user.password_hash):
            self.change(user, failures=user.failures + 1)
            raise ContainerError(403, REJECTED)
        if locked or not user.active:
            raise ContainerError(403, REJECTED)
        if user.failures:
            self.change(user, failures=0)
        return user

    def open_session(self, user: User) -> str:
        """Opens a session for a user, and returns the value of its cookie."""
        session = f"node0{secrets.token_hex(13)}.node0"
        self._sessions[session] = user.name
        return session

    def of_session(self, session: str) -> User | None:
        """The user who opened this session, or None."""
        name = self._sessions.get(session)
        return self._users.get(name) if name else None

    def end_sessions(self) -> None:
        """Ends all sessions, as a restart of the server does, since they are in memory only."""
        self._sessions.clear()

    def _save(self, user: User) -> None:
        self._users.save(user.name, user)


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(password, salt)}"


def _matches(password: str, password_hash: str) -> bool:
    salt, digest = password_hash.split(":")
    return secrets.compare_digest(_digest(password, bytes.fromhex(salt)), digest)


# Cached, since scrypt is slow on purpose and every request needs it.
@lru_cache(maxsize=64)
def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**10, r=8, p=1).hex()
