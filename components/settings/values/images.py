"""The rule for a reference to an image that somebody else has built."""

import re

from ..validation.mistakes import broken

KUBERNETES_IMAGES = "https://kubernetes.io/docs/concepts/containers/images/#image-names"
EXAMPLE = "contoso.azurecr.io/kafka-test-app@sha256:DIGEST"
_REGISTRY = r"(?=[^/]*[.:])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?"
"""A host with a full stop or a port in it: without either, container runtimes look at Docker Hub."""
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"
_REFERENCE = re.compile(rf"{_REGISTRY}(?:/{_PART})+(?:{_TAG})?(?:{_DIGEST})?")
_PINNED = re.compile(rf".*(?:{_TAG}|{_DIGEST})")


def reference(image: str) -> str:
    """The rule that an image is named in full: its registry, its repository, and a tag or a digest."""
    if not image:
        return image
    if not _REFERENCE.fullmatch(image):
        rule = "must be REGISTRY/REPOSITORY@sha256:DIGEST, or REGISTRY/REPOSITORY:TAG, without https://"
        raise broken(rule, source=KUBERNETES_IMAGES, right=EXAMPLE)
    if not _PINNED.fullmatch(image.partition("/")[2]):
        rule = "must have a digest or a tag, or nodes take whatever `latest` is at that moment"
        raise broken(rule, source=KUBERNETES_IMAGES, right=f"{image}@sha256:DIGEST")
    return image
