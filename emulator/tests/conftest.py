"""Fixtures of the tests of the emulated Azure."""

from pathlib import Path

import pytest

from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import Subscription


@pytest.fixture
def azure(tmp_path: Path) -> Subscription:
    """A subscription with an empty resource group."""
    subscription = Subscription(tmp_path)
    subscription.group()
    return subscription


@pytest.fixture
def kafka_site(azure: Subscription) -> KafkaSite:
    """What an HDInsight cluster needs around it, with the role of its identity assigned."""
    site = KafkaSite(azure)
    site.grant()
    return site


@pytest.fixture
def aks_site(azure: Subscription) -> AksSite:
    """What an AKS cluster needs around it, with the role of its identity assigned."""
    site = AksSite(azure)
    site.grant()
    return site
