"""A folder in which a `paldies` of its own works: what it is told, and what can be seen there."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from paldies.store.database import normalised_url

PROMPT = 60.0  # seconds within which whatever is waited for must have come, on a busy machine too


@dataclass(frozen=True)
class Workplace:
    """A folder with paldies.toml, texts, the shop's database and ours, and the daemon's log."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "paldies.toml"

    @property
    def database(self) -> Path:
        return self.folder / "paldies.db"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database}"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def told(self, event: str, **said: str) -> list[dict[str, Any]]:
        """The daemon's log lines about this event that say just this."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in told if line["event"] == event and said.items() <= line.items()]

    def rows(self, query: str, **values: Any) -> Sequence[Mapping[str, Any]]:
        """`:name` stands for a value. Read-only, so that it tidies nothing up in the daemon's absence."""
        url = normalised_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return connection.execute(text(query), values).mappings().all()


def outside() -> dict[str, str]:
    """The environment, without anything of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}


def eventually(question: Callable[[], Any], *, within: float = PROMPT) -> Any:
    """Its first answer that is true; AssertionError if there is none in so many seconds."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, f"it did not come about within {within:g} s"
        time.sleep(0.02)
    return answer
