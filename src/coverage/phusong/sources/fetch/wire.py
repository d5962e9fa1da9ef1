"""One polite request at a time: named hosts, https, time limits, retries with back-off.

Nothing else in Phusong opens a connection. A request goes to a host of the catalogue or nowhere, a
redirect is followed only to such a host, and an answer that trickles is given up and asked for
again. Where a *mirror* is set, ``https://HOST/PATH`` is asked for as ``MIRROR/HOST/PATH``: for
institutions that keep copies, and for machines without a way out.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from phusong.language import told
from phusong.sources.fetch.errors import AbsentError, FetchError, OfflineError, PassingError
from phusong.version import __version__

MIRROR_VARIABLE = "PHUSONG_MIRROR"
OFFLINE_VARIABLE = "PHUSONG_OFFLINE"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_REDIRECTS = 4
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
ABSENT = frozenset({404, 410})
REFUSED = frozenset({401, 403, 451})
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how often to try.

    Parameters
    ----------
    connect_s, read_s
        Longest wait for a connection, and for the next bytes.
    tries
        Requests for one thing, the first one included.
    pause_s
        Pause before the second try; doubled before each further one.
    window_s, slowest_bytes_s
        An answer that brings fewer bytes a second than this over such a time is given up.
    """

    connect_s: float = 15.0
    read_s: float = 60.0
    tries: int = 5
    pause_s: float = 1.0
    window_s: float = 30.0
    slowest_bytes_s: float = 2000.0


@dataclass(frozen=True)
class Wire:
    """The way to the hosts of the catalogue.

    Parameters
    ----------
    hosts
        Hosts that may be asked.
    mirror
        Address that stands for all of them, such as ``http://127.0.0.1:8000``; https, or http on
        this machine. Empty to ask the hosts themselves.
    offline
        Never ask anybody.
    patience
        Time limits and retries.
    session
        Keeps connections open.
    """

    hosts: frozenset[str]
    mirror: str = ""
    offline: bool = False
    patience: Patience = Patience()
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        if self.mirror:
            parts = urlsplit(self.mirror)
            secure = parts.scheme == "https" or (
                parts.scheme == "http" and parts.hostname in LOOPBACK
            )
            if not secure:
                raise FetchError(
                    f"{MIRROR_VARIABLE}={self.mirror} is not allowed; "
                    "https is needed, or http on this machine (127.0.0.1)"
                )

    @contextmanager
    def answer(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Iterator[requests.Response]:
        """Ask once, and hold the answer open.

        Parameters
        ----------
        url
            Address as the catalogue has it, https.
        headers
            Of the request, such as ``Range``.
        form
            Fields to post; without them it is a GET.

        Yields
        ------
        requests.Response
            Status 200, 206 or 416; its body is not read yet.

        Raises
        ------
        AbsentError
            The provider says that there is no such file.
        FetchError
            The host is not in the catalogue, the address is not https, or access is refused.
        OfflineError
            The network may not be used.
        PassingError
            A fault of the network or the server that may pass.
        """
        if self.offline:
            raise OfflineError(f"{hidden(url)} is needed, and the network may not be used")
        response = self._follow(url, dict(headers or {}), form)
        try:
            _refuse_status(response, url)
            yield response
        finally:
            response.close()

    def _follow(
        self, url: str, headers: dict[str, str], form: Mapping[str, str] | None
    ) -> requests.Response:
        headers.setdefault("User-Agent", f"phusong/{__version__}")
        headers.setdefault("Accept-Encoding", "identity")
        limits = (self.patience.connect_s, self.patience.read_s)
        for _ in range(MOST_REDIRECTS + 1):
            target = self._address(url)
            try:
                response = self.session.request(
                    "GET" if form is None else "POST",
                    target,
                    data=None if form is None else dict(form),
                    headers=headers,
                    stream=True,
                    timeout=limits,
                    allow_redirects=False,
                )
            except requests.exceptions.SSLError as error:
                raise FetchError(
                    f"the certificate of {urlsplit(target).hostname} cannot be verified; nothing "
                    "is taken from it (REQUESTS_CA_BUNDLE names the certificates of a proxy)"
                ) from error
            except requests.RequestException as error:
                raise PassingError(_reason(error)) from error
            if response.status_code not in REDIRECTS:
                return response
            place = response.headers.get("Location", "")
            response.close()
            url = self._catalogue_address(urljoin(target, place))
        raise FetchError(f"{hidden(url)} redirects more than {MOST_REDIRECTS} times; try later")

    def _address(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.username is not None:
            raise FetchError(f"{hidden(url)} is not a plain https address; only https is used")
        if parts.hostname not in self.hosts:
            raise FetchError(
                f"{parts.hostname} is not a host of the catalogue, and nothing is taken from it; "
                f"allowed: {', '.join(sorted(self.hosts))}"
            )
        if not self.mirror:
            return url
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.mirror.rstrip('/')}/{parts.netloc}{parts.path}{query}"

    def _catalogue_address(self, url: str) -> str:
        """Turn an address on the mirror back into that of the host it stands for."""
        root = f"{self.mirror.rstrip('/')}/"
        return f"https://{url.removeprefix(root)}" if self.mirror and url.startswith(root) else url

    def tried(self, what: str, attempt: Callable[[], Any]) -> Any:
        """Try something until it succeeds, with a longer pause after each passing fault.

        Parameters
        ----------
        what
            What is asked for, for messages.
        attempt
            Does it; raises :class:`PassingError` for a fault that may pass.

        Returns
        -------
        Any
            What the attempt returns.

        Raises
        ------
        FetchError
            Every try failed.
        """
        pause = self.patience.pause_s
        for left in range(self.patience.tries - 1, -1, -1):
            try:
                return attempt()
            except PassingError as error:
                if not left:
                    raise FetchError(
                        f"{what}: {error}, {self.patience.tries} times in a row; check the "
                        "network (HTTPS_PROXY is respected) and run the same command again: "
                        "what is there already is kept"
                    ) from None
                asked = error.wait_s
            self.wait(min(max(pause, asked), LONGEST_WAIT_S))
            pause *= 2
        raise AssertionError

    def wait(self, seconds: float) -> None:
        """Let a host rest.

        Parameters
        ----------
        seconds
            How long [s].
        """
        time.sleep(seconds)

    def text(self, url: str, *, most_bytes: int, form: Mapping[str, str] | None = None) -> bytes:
        """Read a short answer whole.

        Parameters
        ----------
        url
            Address as the catalogue has it.
        most_bytes
            A longer answer is refused.
        form
            Fields to post; without them it is a GET.

        Returns
        -------
        bytes
            The body.
        """

        def attempt() -> bytes:
            with self.answer(url, form=form) as response:
                body = b"".join(self.pieces(response, most_bytes=most_bytes, what=hidden(url)))
                check_length(response, len(body))
                return body

        body: bytes = self.tried(hidden(url), attempt)
        return body

    def pieces(self, response: requests.Response, *, most_bytes: int, what: str) -> Iterator[bytes]:
        """Read a body piece by piece, and give up on one that trickles or does not end.

        Parameters
        ----------
        response
            An open answer.
        most_bytes
            More is refused.
        what
            What is read, for messages.

        Yields
        ------
        bytes
            The next piece.

        Raises
        ------
        FetchError
            The body is longer than allowed.
        PassingError
            The connection broke or was too slow.
        """
        read, mark, since = 0, 0, time.monotonic()
        while True:
            try:
                piece = response.raw.read1(1 << 18)
            except Exception as error:
                raise PassingError(_reason(error)) from error
            if not piece:
                return
            read += len(piece)
            if read > most_bytes:
                raise FetchError(
                    f"{what} is longer than {most_bytes:,} bytes, which is not what was expected; "
                    "nothing was kept"
                )
            yield piece
            now = time.monotonic()
            if now - since >= self.patience.window_s:
                if (read - mark) / (now - since) < self.patience.slowest_bytes_s:
                    raise PassingError(f"only {(read - mark) / (now - since):.0f} bytes a second")
                mark, since = read, now


def wire_from_environment(hosts: frozenset[str], *, offline: bool = False) -> Wire:
    """Make the way to the catalogue's hosts as the environment wants it.

    Parameters
    ----------
    hosts
        Hosts that may be asked.
    offline
        Never ask anybody; also with ``PHUSONG_OFFLINE=1``.

    Returns
    -------
    Wire
        With the mirror that ``PHUSONG_MIRROR`` names.
    """
    quiet = offline or os.environ.get(OFFLINE_VARIABLE, "") not in {"", "0"}
    return Wire(hosts, mirror=os.environ.get(MIRROR_VARIABLE, ""), offline=quiet)


def hidden(url: str) -> str:
    """Address without its query, which may hold a user's token.

    Parameters
    ----------
    url
        An address.

    Returns
    -------
    str
        The same up to the question mark.
    """
    return url.split("?", 1)[0]


def check_length(response: requests.Response, read: int) -> None:
    """Say when an answer ended before its length.

    Parameters
    ----------
    response
        The answer.
    read
        Bytes of its body that came [bytes].

    Raises
    ------
    PassingError
        Fewer came than the server had announced.
    """
    said = response.headers.get("Content-Length")
    if said is not None and said.isdigit() and read != int(said):
        raise PassingError(f"the answer ended after {read:,} of {int(said):,} bytes")


def _refuse_status(response: requests.Response, url: str) -> None:
    status, what = response.status_code, hidden(url)
    if status in {200, 206, 416}:
        return
    if status in ABSENT:
        raise AbsentError(f"{what} does not exist at the provider (status {status})")
    if status in REFUSED:
        raise FetchError(
            f"{what} is refused (status {status}); check the token or the terms of the provider, "
            "or put the file there by hand"
        )
    if status in PASSING:
        after = response.headers.get("Retry-After", "")
        wait_s = float(after) if after.isdigit() else 0.0
        raise PassingError(f"{what} answers with status {status}", wait_s)
    raise FetchError(f"{what} answers with status {status}, which is not understood; try later")


def _reason(error: BaseException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not let it through"
    if isinstance(error, requests.ConnectionError):
        return told("no connection")
    return f"the connection broke ({type(error).__name__})"
