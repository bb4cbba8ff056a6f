"""Which references name an image in full."""

import pytest
from pydantic_core import PydanticCustomError

from components.settings.values.images import reference

DIGEST = f"@sha256:{'0f' * 32}"


@pytest.mark.parametrize(
    "image",
    [
        "",
        "contoso.azurecr.io/kafka-test-app:1.0",
        f"contoso.azurecr.io/kafka-test-app{DIGEST}",
        f"registry.example.org:5000/teams/messages/kafka_test--app:V1.0-rc.1{DIGEST}",
        "localhost:5000/app:1",
    ],
)
def test_a_registry_with_a_repository_and_a_tag_or_digest_is_taken(image: str) -> None:
    assert reference(image) == image


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        ("kafka-test-app:1.0", "REGISTRY/REPOSITORY"),
        ("contoso/kafka-test-app:1.0", "REGISTRY/REPOSITORY"),
        ("http://contoso.azurecr.io/app:1.0", "without https://"),
        ("contoso.azurecr.io/App:1.0", "REGISTRY/REPOSITORY"),
        ("contoso.azurecr.io/app:1.0\n", "REGISTRY/REPOSITORY"),
        ("contoso.azurecr.io/app@sha256:0f", "REGISTRY/REPOSITORY"),
        ("contoso.azurecr.io/app", "a digest or a tag"),
        ("registry.example.org:5000/app", "a digest or a tag"),
    ],
)
def test_other_references_are_refused(image: str, rule: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        reference(image)
    assert rule in str(refused.value.context)
