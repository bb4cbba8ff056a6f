"""A dynamic provider signed in to a cluster's Ambari for one call, which ends when the engine does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pulumi.dynamic import ConfigureRequest

from ...running.clock import Clock, SystemClock
from ...running.engine import EngineGone, end_now, engine_liveness
from ...running.progress import Progress
from .client import Ambari
from .connection import Connection
from .errors import SignInRefused


@dataclass(frozen=True)
class Session:
    """What a call works with."""

    ambari: Ambari
    clock: Clock
    progress: Progress
    alive: Callable[[], None]
    """Raises EngineGone once the engine that wanted the call is gone."""


@contextmanager
def session(props: Mapping[str, Any], configuration: ConfigureRequest | None) -> Iterator[Session]:
    """Signs in at `ambariUrl` as `user`, with the password that the configuration has at `passwordConfigKey`.

    Raises SignInRefused where it has none.
    """
    clock, alive = SystemClock(), engine_liveness()
    password = _password(configuration, props["passwordConfigKey"])
    connection = Connection(props["ambariUrl"], props["user"], password, alive)
    progress = Progress(clock)
    ambari = Ambari(connection, props["clusterName"], clock, progress=progress)
    try:
        yield Session(ambari, clock, progress, alive)
    except EngineGone:
        end_now()
        raise
    finally:
        connection.close()


def _password(configuration: ConfigureRequest | None, key: str) -> str:
    password = configuration.config.get(key) if configuration else None
    if not password:
        raise SignInRefused(
            f"The configuration has no value {key}: set it with `pulumi config set --secret {key}`."
        )
    return str(password)
