"""The check that a subscription exists."""

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.refusals import Refused


def require_subscription(subscription: str) -> None:
    """Raises Refused unless there is such a subscription."""
    if subscription.lower() not in arm.SUBSCRIPTIONS:
        message = f"The subscription '{subscription}' could not be found."
        raise Refused(404, "SubscriptionNotFound", message)
