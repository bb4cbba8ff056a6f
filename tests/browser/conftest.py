"""A new tab for each test, in one browser for all of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.chromium import Browser, start


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    chrome = start(tmp_path_factory.mktemp("profile"))
    yield chrome
    chrome.quit()


@pytest.fixture
def browser(chrome: Chrome) -> Iterator[Browser]:
    first = chrome.current_window_handle
    chrome.switch_to.new_window("tab")
    yield Browser(chrome)
    chrome.close()
    chrome.switch_to.window(first)


@pytest.fixture
def other_browser(tmp_path: Path) -> Iterator[Browser]:
    chrome = start(tmp_path / "profile")
    yield Browser(chrome)
    chrome.quit()
