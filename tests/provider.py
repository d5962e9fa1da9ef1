"""A provider of open data on this machine, with the layouts of the real ones, and with faults.

It serves ``/HOST/PATH`` as the mirror of Phusong asks for it, whole or in parts.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Provider:
    """What is served, what was asked, and what goes wrong.

    ``faults`` holds, by path, the faults of the next answers; ``None`` is none.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Callable[[dict[str, str]], bytes]] = field(default_factory=dict)
    faults: dict[str, list[str | None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    served_bytes: int = 0

    def fault(self, path: str) -> str | None:
        queue = self.faults.get(path) or [None]
        return queue.pop(0) if len(queue) > 1 else queue[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        self.serve(form)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.serve({k: v[0] for k, v in parse_qs(parts.query).items()})

    def serve(self, form: dict[str, str]) -> None:
        provider, path = self.provider, urlsplit(self.path).path.lstrip("/")
        provider.asked.append((path, self.headers.get("Range", "")))
        fault = provider.fault(path)
        if fault and fault.isdigit():
            self.reply(int(fault), b"fault", {"Retry-After": "0"} if fault == "429" else {})
        elif fault and fault.startswith("redirect "):
            self.reply(302, b"", {"Location": fault.split(" ", 1)[1]})
        elif fault and fault.startswith("text "):
            self.reply(200, fault.split(" ", 1)[1].encode(), {})
        elif path in provider.answers:
            self.content(provider.answers[path](form), fault)
        elif path in provider.files:
            self.content(provider.files[path], fault)
        else:
            self.reply(404, b"no such file", {})

    def content(self, body: bytes, fault: str | None) -> None:
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", etag) == etag
        status, piece = 200, body
        if part and same and fault != "no ranges":
            start, end = int(part[1]), min(int(part[2] or len(body)), len(body) - 1)
            if start >= len(body):
                self.reply(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            status, piece = 206, body[start : end + 1]
            headers["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
        self.reply(status, piece, headers, fault)

    def reply(
        self, status: int, body: bytes, headers: dict[str, str], fault: str | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in {"drop", "truncate"}:
            body = body[: max(1, len(body) // 2)]
            self.close_connection = True
        try:
            if fault == "drip":
                for byte in body[:2000]:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.02)
                self.close_connection = True
            else:
                self.wfile.write(body)
                self.provider.served_bytes += len(body)
        except OSError:
            self.close_connection = True


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve on a free port of this machine while the block runs."""
    served = Provider()
    handler = type("Served", (Handler,), {"provider": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
