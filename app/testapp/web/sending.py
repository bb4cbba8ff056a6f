"""POST /messages: what is taken in, what is refused, and when it counts as written."""

import asyncio
import hmac
from dataclasses import asdict

from aiohttp import web

from testapp.configuration.hosts import host_of, is_address
from testapp.kafka.producer import Delivery, NotDelivered
from testapp.limits import MAX_KEY_CHARACTERS
from testapp.service import Service
from testapp.web.responses import Refused, let_continue

BODY_SECONDS = 30.0
"""How long a sender may take for one message."""
MESSAGE_BYTES = 1024
"""Memory that a message takes beside its text, about."""


async def post_message(request: web.Request, service: Service) -> web.StreamResponse:
    """Answer with the place of the message when every in-sync replica has it.

    Raises:
        Refused: for any reason that the API's description lists.
    """
    most = service.settings.max_message_bytes
    _refuse_other_sites(request, service.settings.app_hosts)
    _authorize(request, service.settings.access_token)
    key = _key(request)
    size = most if request.content_length is None else request.content_length
    if size > most:
        raise _too_large(most)
    # Also an empty message takes memory until it is settled.
    size += MESSAGE_BYTES
    if not service.pending.enter(size):
        raise Refused(429, "too many messages wait for Kafka already", Retry_After="1")
    begun = asyncio.get_running_loop().time()
    try:
        await let_continue(request)
        text = await _text(request, most)
        written = service.producer.send(text, key)
    except BaseException:
        service.pending.leave(size)
        raise
    written.add_done_callback(lambda done: _settle(service, done, size, begun))
    try:
        # Whether or not the sender still listens: the message is under way, and counts until it is settled.
        delivery = await asyncio.shield(written)
    except NotDelivered as error:
        reason = f"Kafka did not acknowledge the message, which may have been written nevertheless: {error}"
        raise Refused(503, reason, Retry_After="5") from error
    return web.json_response(asdict(delivery), status=201)


def _refuse_other_sites(request: web.Request, names: frozenset[str]) -> None:
    """Browsers send for any page, also into networks that only its reader may enter; they say for which.

    By Origin (RFC 6454, section 7), which programs leave out. A site whose name leads to an address of its
    own at first, and then to this app's (DNS rebinding), is that page to a browser: it takes a name, so that
    addresses and localhost can be trusted, and no name that nobody has set.
    """
    hosts = request.headers.getall("Host", [])
    if len(hosts) > 1 or (not hosts and request.version >= (1, 1)):
        raise Refused(400, "a request must have one header Host")
    for authority in hosts:
        try:
            host = host_of(authority)
        except ValueError as error:
            raise Refused(400, f"the header Host is wrong: {error}") from error
        if not is_address(host) and host != "localhost" and host not in names:
            raise Refused(403, f"messages are not taken as {host}: appHosts (APP_HOSTS) does not name it")
    origin = request.headers.get("Origin")
    if origin is not None and [origin.rpartition("//")[2].lower()] != [host.lower() for host in hosts]:
        raise Refused(403, "a page of another site may not send messages")


def _authorize(request: web.Request, token: str) -> None:
    if not token:
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compared in the same time whatever is wrong; in bytes, since headers may hold more than ASCII.
    same = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        # RFC 6750, section 3: no reason is given to those who brought no token at all.
        challenge = 'Bearer realm="messages"' + (', error="invalid_token"' if given else "")
        raise Refused(401, "sending needs the access token", WWW_Authenticate=challenge)


def _key(request: web.Request) -> str | None:
    key = request.query.get("key", "")
    if len(key) > MAX_KEY_CHARACTERS:
        raise Refused(400, f"a key may have {MAX_KEY_CHARACTERS} characters at most")
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise Refused(400, "the key is no UTF-8 text") from error
    return key or None


async def _text(request: web.Request, most: int) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "messages are taken as they are, without Content-Encoding")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError as error:
        raise Refused(408, f"the message was not complete after {BODY_SECONDS:.0f} s") from error
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Refused(400, "the message is no UTF-8 text") from error
    # Listed, since languages differ in what else they take for white space, and the description is for all.
    if not text.strip(" \t\n\v\f\r"):
        raise Refused(400, "the message is empty")
    return bytes(body)


def _too_large(most: int) -> Refused:
    return Refused(413, f"a message may have {most} bytes at most")


def _settle(service: Service, done: "asyncio.Future[Delivery]", size: int, begun: float) -> None:
    service.pending.leave(size)
    if done.exception() is not None:
        service.metrics.errors.labels("produce").inc()
        return
    service.metrics.produced.inc()
    service.metrics.acknowledgement.observe(asyncio.get_running_loop().time() - begun)
