"""What the tests of the stand-in for Azure share."""

from pathlib import Path

import pytest

from emulator.tests.azure_subscription import Subscription


@pytest.fixture
def azure(tmp_path: Path) -> Subscription:
    """A subscription in which nothing is but a resource group."""
    subscription = Subscription(tmp_path)
    subscription.group()
    return subscription
