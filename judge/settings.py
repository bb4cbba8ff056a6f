"""What a scenario sets of the application."""

from dataclasses import dataclass

from judge.behaviours import WORKS, image


@dataclass(frozen=True)
class Settings:
    """The program's own, as far as they reach Kubernetes; `seconds` is how long anything is waited for."""

    image: str = image(WORKS)
    brokers: str = "10.20.0.11:9092,10.20.0.12:9092"
    replicas: int = 2
    port: int = 8080
    source_ranges: tuple[str, ...] = ("127.0.0.0/8",)
    token: str = ""
    namespace_exists: bool = False
    marked: bool = True
    """Whether objects say whose they are, and name a field manager: those of earlier versions don't."""
    seconds: int = 300
