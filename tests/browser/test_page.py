"""The page as a person uses it, in headless Chromium."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.environment import Environment

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for option in (*OPTIONS, f"--user-data-dir={tmp_path}"):
        options.add_argument(option)
    browser = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    yield browser
    browser.quit()


def shown(browser: Chrome, text: str) -> int:
    items = browser.find_elements(By.CSS_SELECTOR, "#messages .text")
    return sum(item.text == text for item in items)


def test_a_word_typed_and_sent_comes_back_once(browser: Chrome, environment: Environment) -> None:
    browser.get(environment.outputs()["appUrl"])
    word = f"word-{uuid.uuid4()}"
    browser.find_element(By.ID, "text").send_keys(word)
    browser.find_element(By.ID, "submit").click()
    WebDriverWait(browser, 30).until(lambda page: shown(page, word) == 1)

    browser.refresh()
    WebDriverWait(browser, 30).until(lambda page: shown(page, word) > 0)
    after = f"after-{uuid.uuid4()}"
    browser.find_element(By.ID, "text").send_keys(after)
    browser.find_element(By.ID, "submit").click()
    WebDriverWait(browser, 30).until(lambda page: shown(page, after) == 1)
    assert shown(browser, word) == 1


def test_markup_is_shown_not_run(browser: Chrome, environment: Environment) -> None:
    browser.get(environment.outputs()["appUrl"])
    markup = f"<img src=x onerror=document.title='{uuid.uuid4()}'>"
    browser.find_element(By.ID, "text").send_keys(markup)
    browser.find_element(By.ID, "submit").click()
    WebDriverWait(browser, 30).until(lambda page: shown(page, markup) == 1)
    assert browser.title == "messages · Kafka on HDInsight"
