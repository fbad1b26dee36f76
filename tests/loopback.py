"""An HTTP server on 127.0.0.1 for the fakes of shops: real requests come in, what to answer is a function."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. Its headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` goes out as JSON, or as it is if it is text or bytes."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Loopback:
    """Answers what is next in `script`, and else what `answer` says. All that was asked is in `asked`.

    `meanwhile` is called after each answer: what happens in the shop while we read.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: deque[Answer] = deque()
        self.meanwhile: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self._is_up = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, asked: Asked) -> Answer:
        return Answer({}, 404)

    def stop(self) -> None:
        if self._is_up:
            self._is_up = False
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                asked = Asked(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    dict(parse_qsl(form)),
                )
                server.asked.append(asked)
                answer = server.script.popleft() if server.script else server.answer(asked)
                self._send(answer)
                server.meanwhile()

            do_POST = do_GET

            def _send(self, answer: Answer) -> None:
                body = answer.body
                is_json = not isinstance(body, str | bytes)
                raw = (
                    json.dumps(body).encode() if is_json else body.encode() if isinstance(body, str) else body
                )
                kind = "application/json; charset=UTF-8" if is_json else "text/html; charset=UTF-8"
                self.send_response(answer.status)
                for name, value in {"Content-Type": kind, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
