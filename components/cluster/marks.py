"""What this program writes on its objects in a Kubernetes cluster to say whose they are."""

MARK = "aks-kafka/stack"
"""The label that says which stack an object belongs to. Its value is a digest: a label takes no `/`."""
FIELD_MANAGER = "pulumi.com/patchFieldManager"
"""https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"""
