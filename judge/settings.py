"""The settings of a scenario's application."""

from dataclasses import dataclass

from judge.behaviours import WORKS, image


@dataclass(frozen=True)
class Settings:
    """The settings of the program that concern Kubernetes. `seconds`: the timeout of all that is awaited."""

    image: str = image(WORKS)
    brokers: str = "10.20.0.11:9092,10.20.0.12:9092"
    replicas: int = 2
    port: int = 8080
    source_ranges: tuple[str, ...] = ("127.0.0.0/8",)
    token: str = ""
    namespace_exists: bool = False
    marked: bool = True
    """Whether objects have their stack's mark and name a field manager; earlier versions set neither."""
    seconds: int = 300
