"""References from one resource to another."""

from emulator.azure import arm
from emulator.azure.cloud import Cloud
from emulator.azure.differences import normal_location
from emulator.azure.record import Record
from emulator.azure.refusals import Refused


def require_reference(
    cloud: Cloud, kind: str, resource_id: str, referrer_id: str, location: str | None = None
) -> Record:
    """The resource that another one refers to. Raises Refused unless it exists, in `location` if given."""
    record = cloud.find(resource_id) if arm.is_kind(resource_id, kind) else None
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
