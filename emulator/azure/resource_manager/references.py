"""References from one resource to another."""

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.schema.locations import normal_location


def require_reference(
    cloud: Cloud, kind: str, resource_id: str, referrer_id: str, location: str | None = None
) -> Record:
    """The record that another resource refers to. Raises Refused unless it exists, in `location` if given.

    With `location`, raises NotModelled for a resource in another subscription.
    """
    record = cloud.find(resource_id) if arm.is_kind(resource_id, kind) else None
    if record is not None and location is not None:
        require_same_subscription(referrer_id, record)
    elsewhere = (
        record is not None
        and location is not None
        and normal_location(record.inputs["location"]) != normal_location(location)
    )
    if record is None or elsewhere:
        message = (
            f"Resource {resource_id} referenced by resource {referrer_id} was not found. Please make sure "
            "that the referenced resource exists, and that both resources are in the same region."
        )
        raise Refused(400, "InvalidResourceReference", message)
    return record


def require_same_subscription(resource_id: str, other: Record) -> None:
    """Raises NotModelled for two resources in different subscriptions."""
    if arm.subscription_of(resource_id).lower() != arm.subscription_of(other.id).lower():
        raise NotModelled(f"{resource_id} with {other.id}, which lies in another subscription")
