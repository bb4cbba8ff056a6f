"""All rules. Each is a function of one resource, with a name, a demand, a reason and a source."""

from . import encryption, exposure, identity, ownership, pods
from .listeners import broker_ports
from .resource import UNKNOWN, Resource, without_version
from .rule import Rule, Violation

RULES = (
    exposure.SAID_WHEN_OPEN,
    exposure.KAFKA_INSIDE,
    exposure.NOTHING_ANONYMOUS,
    exposure.KUBERNETES_API_IN_PRODUCTION,
    encryption.MINIMUM_TLS,
    encryption.HTTPS_ONLY,
    identity.NO_ADMIN_USERS,
    identity.NO_ADMINISTRATOR_ROLES,
    identity.NO_KEYS,
    identity.NO_LOCAL_ACCOUNTS,
    pods.PODS_WITHOUT_RIGHTS,
    pods.NO_SECRETS_IN_PODS,
    ownership.TAGS,
    ownership.DATA_PROTECTED_IN_PRODUCTION,
)

__all__ = ["RULES", "UNKNOWN", "Resource", "Rule", "Violation", "broker_ports", "without_version"]
