"""The resource manager: creates, changes and deletes resources, and revives them when the daemon starts."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud, Propagation
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import ResourceType
from emulator.azure.resource_manager.runtimes import NetworkWorld, Runtimes
from emulator.azure.resource_manager.subscriptions import require_subscription
from emulator.azure.schema.locations import normal_location
from emulator.store import Store


class ProvisioningFailed(Exception):
    """A resource was accepted, but could not be provisioned. As in Azure, it exists, in state Failed."""


class ResourceManager(Cloud):
    """Writes resources by the rules of their types.

    A write checks the rules, then saves the record, then changes the world. So whenever the daemon is killed,
    there is a record of everything that it may have begun.
    """

    def __init__(
        self,
        world: NetworkWorld,
        store: Store,
        runtimes: Runtimes,
        types: Mapping[str, ResourceType],
        propagation: Propagation | None = None,
    ) -> None:
        super().__init__(world, store, runtimes, propagation)
        self._types = types
        self._changed = threading.Condition(threading.RLock())
        self._being_written: set[str] = set()

    def put(
        self,
        token: str,
        inputs: Mapping[str, Any],
        urn: str,
        *,
        create: bool,
        subscription: str,
    ) -> Record:
        resource_type = self._types[token]
        wanted = dict(inputs)
        resource_id = resource_type.id_of(wanted, subscription)
        require_subscription(arm.subscription_of(resource_id))
        with self._writing(resource_type.write_locks(resource_id)):
            existing = self.find(resource_id)
            if create and existing is not None and (existing.known or existing.urn != urn):
                raise AlreadyExists(resource_id)
            with self._changed:
                self._require_group(resource_type, resource_id)
                if resource_type.located:
                    _check_location(resource_id, wanted, existing)
                self._check(resource_type, resource_id, wanted, existing)
                record = self._accepted(resource_type, resource_id, wanted, urn, existing)
                self.save(record)
            return self._provisioned(resource_type, record, existing)

    def operate(
        self,
        resource_id: str,
        plan: Callable[[Record], Record],
        carry_out: Callable[[Record, Record], None],
    ) -> None:
        """Changes a resource by an operation other than PUT.

        `plan` returns the new record, and `carry_out` changes the world, given the old and the new record.
        The new one is saved first, as for a PUT: if the daemon is killed, a revival starts what was planned.
        Raises Refused, NotModelled and ProvisioningFailed, and the record stays as it was.
        """
        with self._writing([resource_id]):
            with self._changed:
                before = self.find(resource_id)
                if before is None or before.state != "Succeeded":
                    state = "gone" if before is None else before.state
                    raise Refused(409, "ClusterNotReady", f"Resource {resource_id} is {state}.")
                planned = plan(before)
                self.save(replace(planned, state="Updating"))
            try:
                carry_out(before, planned)
            except Exception as error:
                self.save(before)
                raise ProvisioningFailed(f"'{before.name}': {error}") from error
            self.save(replace(planned, state="Succeeded"))

    def read(self, resource_id: str) -> dict[str, Any] | None:
        """The response to a GET by the engine, which has the resource in its state then; None for 404."""
        record = self.find(resource_id)
        if record is None:
            return None
        self.acknowledge(resource_id)
        return self.response(record)

    def response(self, record: Record) -> dict[str, Any]:
        return self._types[record.token].response(self, record)

    def is_being_written(self, resource_id: str) -> bool:
        with self._changed:
            return arm.key(resource_id) in self._being_written

    def acknowledge(self, resource_id: str) -> None:
        """Records that the engine has a resource in its state, so another creation of it is refused."""
        with self._changed:
            record = self.find(resource_id)
            if record is not None and not record.known:
                record.known = True
                self.save(record)

    def delete(self, resource_id: str) -> None:
        record = self.find(resource_id)
        if record is None:
            return
        resource_type = self._types[record.token]
        with self._writing(resource_type.write_locks(record.id)):
            with self._changed:
                _require_unused(resource_type, record, resource_type.dependents(self, record))
                self.save(replace(record, state="Deleting"))
            for descendant in reversed(self.descendants(record.id)):
                self._types[descendant.token].remove(self, descendant)
                self._delete_record(descendant)
            resource_type.remove(self, record)
            self._delete_record(record)

    def revive(self) -> None:
        """Starts everything again in a new world: networks, then routes, then clusters.

        Resources whose creation or deletion was interrupted get the state Failed; another PUT or DELETE
        completes it.
        """
        for record in self.everything():
            if record.state in ("Creating", "Deleting"):
                self.save(replace(record, state="Failed"))
            elif record.state == "Updating":
                self.save(replace(record, state="Succeeded"))
        for resource_type in self._types.values():
            for record in self.all(resource_type.token):
                if record.state == "Succeeded":
                    resource_type.revive(self, record)

    def _check(
        self, resource_type: ResourceType, resource_id: str, wanted: dict[str, Any], existing: Record | None
    ) -> None:
        try:
            resource_type.check(self, resource_id, wanted, existing)
        except Refused as refusal:
            refusal.bare = resource_type.bare_errors
            raise

    def _require_group(self, resource_type: ResourceType, resource_id: str) -> None:
        parsed = arm.parse(resource_id)
        if parsed is None or "resourceGroupName" not in resource_type.path_inputs:
            return
        if self.location_of_group(parsed.resource_group, parsed.subscription) is None:
            message = f"Resource group '{parsed.resource_group}' could not be found."
            raise Refused(404, "ResourceGroupNotFound", message)

    def _accepted(
        self,
        resource_type: ResourceType,
        resource_id: str,
        inputs: dict[str, Any],
        urn: str,
        existing: Record | None,
    ) -> Record:
        if existing is not None and existing.state == "Succeeded":
            return replace(existing, inputs=inputs, urn=urn, state="Updating")
        record = Record(resource_id, resource_type.token, urn, inputs, "Creating")
        record.known = existing is not None and existing.known
        record.facts = {"created": time.time(), **resource_type.choose_facts(self, record)}
        return record

    def _provisioned(self, resource_type: ResourceType, record: Record, existing: Record | None) -> Record:
        try:
            resource_type.provision(self, record, existing)
        except Exception as error:
            with self._changed:
                self.save(replace(record, state="Failed"))
            raise ProvisioningFailed(f"{resource_type.kind} '{record.name}': {error}") from error
        with self._changed:
            # Another write may have changed the facts meanwhile, such as a peering's state.
            current = self.find(record.id) or record
            done = replace(current, state="Succeeded")
            self.save(done)
        return done

    def _delete_record(self, record: Record) -> None:
        with self._changed:
            self._store.delete(arm.key(record.id))

    @contextmanager
    def _writing(self, resource_ids: Sequence[str]) -> Iterator[None]:
        """Serialises writes: waits until none of these resources is being written.

        Azure refuses with AnotherOperationInProgress instead, which azure-native retries.
        """
        keys = {arm.key(resource_id) for resource_id in resource_ids}
        with self._changed:
            self._changed.wait_for(lambda: not keys & self._being_written)
            self._being_written |= keys
        try:
            yield
        finally:
            with self._changed:
                self._being_written -= keys
                self._changed.notify_all()


def _check_location(resource_id: str, wanted: dict[str, Any], existing: Record | None) -> None:
    if not wanted.get("location"):
        raise Refused(400, "LocationRequired", "The location property is required for this definition.")
    if existing is None or existing.state != "Succeeded":
        return
    here, there = existing.inputs["location"], wanted["location"]
    if normal_location(here) != normal_location(there):
        message = (
            f"The resource '{arm.name(resource_id)}' already exists in location '{normal_location(here)}'. A "
            f"resource with the same name cannot be created in location '{normal_location(there)}'."
        )
        raise Refused(409, "InvalidResourceLocation", message)


def _require_unused(resource_type: ResourceType, record: Record, dependents: Sequence[str]) -> None:
    if dependents:
        message = (
            f"{resource_type.kind} {record.id} cannot be deleted because it is in use by the following "
            f"resources: {', '.join(dependents)}."
        )
        raise Refused(400, resource_type.in_use_code, message)


class AlreadyExists(Exception):
    """The resource to create exists. azure-native checks it before a PUT: client_azcore.go, CanCreate."""

    def __init__(self, resource_id: str) -> None:
        super().__init__(f"cannot create already existing resource '{resource_id}'")
