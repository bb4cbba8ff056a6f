"""The description of the HTTP interface agrees with what is served, and holds against whatever is sent."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from replica import Page
from schemathesis.specs.openapi.checks import negative_data_rejection
from testapp.configuration.settings import ServeSettings
from testapp.web.application import application
from testapp.web.openapi import describe

SETTINGS = ServeSettings("b:9092", "words")
FOR_PEOPLE = {("GET", "/"), ("GET", "/static/{name}")}


@pytest.fixture
def description(page: Page) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{page.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("description")


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_whatever_is_sent_the_answer_is_one_that_is_described(case: schemathesis.Case) -> None:
    # Every text is a message, also one that was made up as something else.
    case.call_and_validate(excluded_checks=[negative_data_rejection])


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in application(SETTINGS).router.routes()
        if route.resource and route.method not in ("HEAD", "*")
    }
    described = {
        (method.upper(), path) for path, methods in describe(SETTINGS)["paths"].items() for method in methods
    }
    assert routes - FOR_PEOPLE == described


def test_the_token_is_described_where_there_is_one() -> None:
    with_token = ServeSettings("b:9092", "words", access_token="s3cret")
    post = describe(with_token)["paths"]["/messages"]["post"]
    assert post["security"] == [{"token": []}]
    assert "401" in post["responses"]
    assert "s3cret" not in str(describe(with_token))
    assert "401" not in describe(SETTINGS)["paths"]["/messages"]["post"]["responses"]
