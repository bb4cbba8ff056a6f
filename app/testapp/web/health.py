"""The probes and the figures: whether this process works, whether it has Kafka, and what it does."""

from aiohttp import web

from testapp.service import Service
from testapp.web.responses import SERVICE, Refused, add_headers, refusals_as_json, refuse_expectations


def health_application(service: Service) -> web.Application:
    """These alone, for a port of their own, which no number of clients can fill."""
    app = web.Application(middlewares=[refusals_as_json])
    app[SERVICE] = service
    app.on_response_prepare.append(add_headers)
    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.router.add_get(path, handler, expect_handler=refuse_expectations)
    return app


async def healthz(request: web.Request) -> web.StreamResponse:
    """Whether the process works; if not, it has to be started anew."""
    return _probe(request.app[SERVICE].failure)


async def readyz(request: web.Request) -> web.StreamResponse:
    """Whether Kafka answers and the topic is being read."""
    return _probe(request.app[SERVICE].trouble)


async def metrics(request: web.Request) -> web.StreamResponse:
    """Figures for Prometheus."""
    text, content_type = request.app[SERVICE].measure()
    return web.Response(body=text, headers={"Content-Type": content_type})


def _probe(trouble: str | None) -> web.StreamResponse:
    if trouble:
        raise Refused(503, trouble, Retry_After="1")
    return web.json_response({"status": "ok"})
