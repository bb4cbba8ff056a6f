"""Asks for the settings of a new stack that have no default, until they break no rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from components.settings import Settings
from components.settings.settings import WrongSettings
from components.settings.validation.about import about
from components.settings.validation.mistakes import Mistake, nearest

Ask = Callable[[str, str, bool], str]
"""Asks the user: the question, the proposal, whether the answer is a secret. "" accepts the proposal."""
Judge = Callable[[Mapping[str, Any]], list[Mistake]]
"""Finds the mistakes in settings."""


class NotASetting(Exception):
    """An argument is no SETTING=VALUE. The message has no value in it, which may be a secret."""


def given(arguments: Iterable[str]) -> dict[str, Any]:
    """The settings in SETTING=VALUE. Raises NotASetting."""
    values: dict[str, Any] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if name not in _fields():
            near = nearest(name, _fields())
            meant = f"; {near} may be meant" if near else ""
            raise NotASetting(f"--set {name}: there is no such setting in docs/configuration.md{meant}.")
        if not equals:
            raise NotASetting(f"--set {name}: a value is missing, as in {name}=VALUE.")
        if name in values:
            raise NotASetting(f"--set {name}: it is set twice.")
        values[name] = _parsed(name, text)
    return values


def required(values: Mapping[str, Any]) -> list[str]:
    """The required settings that `values` lacks, in the order of the reference."""
    missing = {mistake.setting for mistake in mistakes(values)} - values.keys()
    return [name for name in _fields() if name in missing]


def secrets() -> set[str]:
    """The settings that are stored encrypted."""
    return {name for name, field in _fields().items() if about(field).set_secret}


def mistakes(values: Mapping[str, Any]) -> list[Mistake]:
    """The mistakes for which the program would refuse these settings."""
    try:
        Settings.parse(values, secrets(), stack="")
    except WrongSettings as wrong:
        return wrong.mistakes
    return []


def answered(
    values: Mapping[str, Any], proposed: Mapping[str, Any], ask: Ask, judge: Judge = mistakes
) -> dict[str, Any]:
    """The settings, with an answer for each required one that `values` lacks.

    After a wrong answer the question is asked again, with the mistake.
    """
    complete = dict(values)
    for name in required(values):
        description = _fields()[name].description or ""
        question = f"{name}: {description}"
        while True:
            answer = ask(question, str(proposed.get(name, "")), name in secrets()) or proposed.get(name, "")
            complete[name] = _converted(name, answer)
            wrong = [one for one in judge(complete) if setting_of(one) == name]
            if not wrong:
                break
            question = "\n".join(map(str, wrong)) + f"\n{name}"
    return complete


def setting_of(mistake: Mistake) -> str:
    """The name of the setting with the mistake: topics for topics[0].name."""
    return re.split(r"[.\[]", mistake.setting, maxsplit=1)[0]


def _parsed(name: str, text: str) -> Any:
    """The value of a setting that is given as text: JSON if it begins as a list or an object does."""
    if not text.startswith(("[", "{")):
        return _converted(name, text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotASetting(
            f"--set {name}: a value that begins with {text[0]} has to be JSON: {error}."
        ) from error


def _converted(name: str, answer: Any) -> Any:
    """The answer, as a list if the setting is one: then commas separate its items."""
    if isinstance(answer, str) and isinstance(_fields()[name].default, tuple):
        return [part.strip() for part in answer.split(",") if part.strip()]
    return answer


def _fields() -> dict[str, Any]:
    return {str(field.alias): field for field in Settings.model_fields.values()}
