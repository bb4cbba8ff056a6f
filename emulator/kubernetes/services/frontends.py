"""The Service controller: gives each load balancer an address, and forwards its traffic to ready pods."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import Key, Object, deleting, key_of
from emulator.kubernetes.services.balancer import Front, LoadBalancers
from emulator.kubernetes.services.service import (
    Endpoint,
    endpoints,
    free_address,
    has_balancer,
    ingress_address,
    is_internal,
    source_ranges,
    with_ingress,
    without_ingress,
)


@dataclass(frozen=True)
class FrontEnd:
    """The state of a Service's load balancer."""

    problem: str | None = None
    """Why this machine can't listen at its address; None if it can."""
    reaches_pods: bool = False
    """Whether a pod is ready to take a connection."""


class FrontEnds:
    """The front ends of one cluster's Services. `sync` is called by one thread only."""

    def __init__(self, objects: ObjectStore, balancers: LoadBalancers, prefix: ipaddress.IPv4Network) -> None:
        """`prefix`: the range of loopback in which the cluster's Services get their addresses."""
        self._objects = objects
        self._balancers = balancers
        self._prefix = prefix
        self._addresses: dict[Key, str] = {}
        self._states: dict[Key, FrontEnd] = {}

    def sync(self, services: Sequence[Object], pods: Sequence[Object]) -> None:
        """Makes listeners and statuses follow the Services and pods of the whole cluster."""
        here = [service for service in services if not deleting(service)]
        current = {key_of(service): service for service in here if has_balancer(service)}
        self._assign(current)
        fronts: dict[Front, list[Endpoint]] = {}
        owners: dict[Front, Key] = {}
        sources: dict[Front, Sequence[ipaddress.IPv4Network]] = {}
        reachable: dict[Key, bool] = {}
        for key, service in current.items():
            neighbours = [pod for pod in pods if pod["metadata"]["namespace"] == key.namespace]
            found = endpoints(service, neighbours)
            reachable[key] = any(found.values())
            for port, behind in () if is_internal(service) else found.items():
                fronts[(self._addresses[key], port)] = behind
                owners[(self._addresses[key], port)] = key
                sources[(self._addresses[key], port)] = source_ranges(service)
        refusals = self._balancers.route(fronts, sources)
        problems = {owners[front]: problem for front, problem in refusals.items()}
        states = {key: FrontEnd(problems.get(key), reachable[key]) for key in current}
        for key, service in current.items():
            if key not in problems and ingress_address(service) is None:
                self._objects.set_status(service, with_ingress(self._addresses[key]))
        for service in here:
            if not has_balancer(service) and ingress_address(service) is not None:
                self._objects.set_status(service, without_ingress())
        if states != self._states:
            self._states = states
            self._objects.wake()

    def state_of(self, key: Key) -> FrontEnd:
        """The state of the Service's load balancer."""
        return self._states.get(key, FrontEnd())

    def close(self) -> None:
        """Stops listening."""
        self._balancers.close()

    def _assign(self, services: dict[Key, Object]) -> None:
        given = {
            key: ingress_address(service) or self._addresses.get(key) for key, service in services.items()
        }
        self._addresses = {key: address for key, address in given.items() if address is not None}
        for key in services.keys() - self._addresses.keys():
            self._addresses[key] = free_address(self._prefix, self._addresses.values())
