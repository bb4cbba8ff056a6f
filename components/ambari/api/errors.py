"""What can go wrong between this program and Ambari, each with one sentence for the person who reads it."""


class AmbariError(Exception):
    """Base of everything raised here. The message never holds a credential."""


class Unreachable(AmbariError):
    """No connection could be made, so the request was certainly not executed."""


class CertificateUntrusted(AmbariError):
    """TLS was refused; the request was certainly not sent."""


class AnswerLost(AmbariError):
    """The request was sent and no usable answer came: it may or may not have been executed."""


class GatewayAnswered(AnswerLost):
    """Something in front of Ambari (HDInsight's gateway, a proxy) answered in its place."""


class SignInRefused(AmbariError):
    """User or password are wrong, or the account is locked. Never tried again: accounts lock."""


class NotPermitted(AmbariError):
    """The user is known but may not do this."""


class ClusterUnknown(AmbariError):
    """Ambari answers, but knows no cluster of that name."""


class NotFound(AmbariError):
    """The resource does not exist (HTTP 404)."""


class AlreadyExists(AmbariError):
    """The resource exists already (HTTP 409)."""


class Rejected(AmbariError):
    """Ambari answered 400, 405, 406 or an unexpected status: sending the same again is useless."""


class ServerFailed(AmbariError):
    """Ambari answered 500. In all cases seen nothing was executed, yet only a look at the state proves it."""


class UnexpectedAnswer(AmbariError):
    """Ambari answered with success but not with what was asked for."""


class ConfigurationConflict(AmbariError):
    """The cluster's configuration is in a shape that must not be changed automatically."""


class RunUnderWay(AmbariError):
    """Another run is, or may be, changing this cluster's Kafka."""


class RollStopped(AmbariError):
    """The restart of the brokers was stopped; the message says where, why, and what the next run does."""
