"""Downloads against a provider with faults: a rerun completes, and no wrong byte is ever used."""

import errno
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phusong.errors import StoreError
from phusong.sources.fetch import download as download_module
from phusong.sources.fetch.download import download
from phusong.sources.fetch.errors import AbsentError, FetchError, OfflineError
from phusong.sources.fetch.unpack import refuse_no_gzip
from phusong.sources.fetch.wire import Patience, Wire
from phusong.store.files import sha256_of
from provider import Provider, provider

HOST = "data.example.org"
PATH = f"{HOST}/big.bin"
URL = f"https://{PATH}"
BODY = random.Random(1).randbytes(900_000)
MOST = 10_000_000
HASTY = Patience(
    connect_s=30.0, read_s=30.0, tries=4, pause_s=0.01, window_s=0.3, slowest_bytes_s=200.0
)


@pytest.fixture
def served() -> Iterator[Provider]:
    with provider() as one:
        one.files[PATH] = BODY
        yield one


def wire_to(served: Provider, **changes: object) -> Wire:
    facts: dict[str, object] = {
        "mirror": served.url,
        "patience": HASTY,
        **changes,
    }
    return Wire(frozenset({HOST, "other.example.org"}), **facts)  # type: ignore[arg-type]


def anything(_: Path) -> None:
    """Accept every file."""


def get(served: Provider, target: Path, **changes: object) -> str:
    facts: dict[str, object] = {"most_bytes": MOST, "check": anything, **changes}
    return download(wire_to(served), URL, target, **facts).sha256  # type: ignore[arg-type]


def left_over(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_file_comes_whole_and_alone(served: Provider, tmp_path: Path) -> None:
    target = tmp_path / "big.bin"
    assert get(served, target) == sha256_of(target)
    assert target.read_bytes() == BODY
    assert left_over(tmp_path) == ["big.bin"]


@pytest.mark.parametrize("fault", ["drop", "truncate", "429", "500", "503", "drip"])
def test_passing_fault_is_tried_again(served: Provider, tmp_path: Path, fault: str) -> None:
    served.faults[PATH] = [fault, None]
    target = tmp_path / "big.bin"
    get(served, target)
    assert target.read_bytes() == BODY


def test_broken_off_download_goes_on_where_it_stopped(served: Provider, tmp_path: Path) -> None:
    served.faults[PATH] = ["drop", None]
    get(served, tmp_path / "big.bin")
    assert served.asked[1][1].startswith("bytes=450000-")
    assert served.served_bytes == len(BODY)  # nothing came twice


def test_lasting_fault_says_what_to_do_and_a_rerun_completes(
    served: Provider, tmp_path: Path
) -> None:
    served.faults[PATH] = ["drop", "503"]
    target = tmp_path / "big.bin"
    with pytest.raises(FetchError, match=r"4 times in a row.*run the same command again"):
        get(served, target)
    assert not target.exists()
    served.faults.clear()
    get(served, target)
    assert target.read_bytes() == BODY
    assert served.asked[-1][1].startswith("bytes=450000-")


def test_version_that_changed_in_between_is_had_anew(served: Provider, tmp_path: Path) -> None:
    served.faults[PATH] = ["drop", "503"]
    target = tmp_path / "big.bin"
    with pytest.raises(FetchError):
        get(served, target)
    served.faults.clear()
    served.files[PATH] = other = BODY[::-1]
    get(served, target)
    assert target.read_bytes() == other  # not the first half of one and the second of the other


def test_other_bytes_than_pinned_are_refused_and_the_old_file_stays(
    served: Provider, tmp_path: Path
) -> None:
    target = tmp_path / "big.bin"
    target.write_bytes(b"what was there")
    with pytest.raises(FetchError, match="is not the file that it was: SHA-256"):
        get(served, target, sha256="0" * 64)
    assert left_over(tmp_path) == ["big.bin"]
    assert target.read_bytes() == b"what was there"


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("403", FetchError, "refused .status 403.*check the token"),
        ("404", AbsentError, "does not exist at the provider"),
        ("418", FetchError, "status 418, which is not understood"),
        ("redirect https://evil.example.net/x", FetchError, "evil.example.net is not a host"),
        ("redirect http://other.example.org/x", FetchError, "not a plain https address"),
        ("redirect /data.example.org/big.bin", FetchError, "redirects more than"),
    ],
)
def test_lasting_fault_is_not_tried_again(
    served: Provider, tmp_path: Path, fault: str, kind: type[Exception], words: str
) -> None:
    served.faults[PATH] = [fault]
    with pytest.raises(kind, match=words):
        get(served, tmp_path / "big.bin")
    assert len(served.asked) == (5 if "big.bin" in fault else 1)
    assert left_over(tmp_path) == []


def test_redirect_to_another_host_of_the_catalogue_is_followed(
    served: Provider, tmp_path: Path
) -> None:
    served.faults[PATH] = [f"redirect {served.url}/other.example.org/there"]
    served.files["other.example.org/there"] = b"there"
    get(served, tmp_path / "big.bin")
    assert (tmp_path / "big.bin").read_bytes() == b"there"


def test_text_in_place_of_a_file_is_quoted(served: Provider, tmp_path: Path) -> None:
    served.faults[PATH] = ['text {"status":"error","message":"RATE_LIMITED"}']
    with pytest.raises(FetchError, match=r"RATE_LIMITED.*check the token"):
        get(served, tmp_path / "x.csv.gz", check=lambda file: refuse_no_gzip(file, MOST))
    assert left_over(tmp_path) == []


def test_damaged_gzip_is_refused(served: Provider, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(BODY))
    packed[5000] ^= 0xFF
    served.files[PATH] = bytes(packed)
    with pytest.raises(FetchError, match="no whole gzip file"):
        get(served, tmp_path / "x.csv.gz", check=lambda file: refuse_no_gzip(file, MOST))
    assert left_over(tmp_path) == []


def test_gzip_bomb_is_refused(served: Provider, tmp_path: Path) -> None:
    served.files[PATH] = gzip.compress(bytes(20_000_000))
    with pytest.raises(FetchError, match="would become more than"):
        get(served, tmp_path / "x.csv.gz", check=lambda file: refuse_no_gzip(file, MOST))


def test_file_that_is_too_long_is_refused_before_it_comes(served: Provider, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="900,000 bytes long, at most 1,000"):
        get(served, tmp_path / "big.bin", most_bytes=1000)
    assert left_over(tmp_path) == []


def test_full_disk_is_said_and_a_rerun_completes(
    served: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "big.bin"

    def full(handle: int) -> None:
        if os.fstat(handle).st_size == len(BODY):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download_module.os, "fsync", full)
    with pytest.raises(StoreError, match="free some space and run the same command again"):
        get(served, target)
    assert not target.exists()
    monkeypatch.undo()
    get(served, target)
    assert target.read_bytes() == BODY


def test_too_little_space_is_said_before_anything_comes(
    served: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = download_module.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(download_module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="needs 900,000 bytes more and the disk"):
        get(served, tmp_path / "big.bin")


def test_nothing_is_asked_offline(served: Provider, tmp_path: Path) -> None:
    wire = wire_to(served, offline=True)
    with pytest.raises(OfflineError, match="the network may not be used"):
        download(wire, URL, tmp_path / "x", most_bytes=MOST, check=anything)
    assert served.asked == []


@pytest.mark.parametrize("mirror", ["http://10.0.0.1", "ftp://127.0.0.1", "http://example.org/x"])
def test_mirror_is_https_or_on_this_machine(mirror: str) -> None:
    with pytest.raises(FetchError, match="https is needed, or http on this machine"):
        Wire(frozenset({HOST}), mirror=mirror)


@pytest.mark.parametrize(
    "url", [f"http://{PATH}", f"https://user:secret@{PATH}", "file:///etc/passwd", f"ftp://{PATH}"]
)
def test_only_plain_https_is_asked(served: Provider, url: str) -> None:
    with pytest.raises(FetchError, match="only https is used") as caught:
        wire_to(served).text(url, most_bytes=10)
    assert "token" not in str(caught.value)


def test_token_stands_in_no_message(served: Provider) -> None:
    served.faults[PATH] = ["500"]
    with pytest.raises(FetchError) as caught:
        wire_to(served).text(f"{URL}?token=SECRET", most_bytes=10)
    assert "SECRET" not in str(caught.value)


KILLED = """
import sys
from pathlib import Path
from phusong.sources.fetch.download import download
from phusong.sources.fetch.wire import Patience, Wire
wire = Wire(frozenset({sys.argv[1]}), mirror=sys.argv[2], patience=Patience(window_s=60.0))
download(wire, sys.argv[3], Path(sys.argv[4]), most_bytes=10_000_000, check=lambda file: None)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_killed_download_is_gone_on_with(served: Provider, tmp_path: Path) -> None:
    served.faults[PATH] = ["drop", "drip", None]
    target = tmp_path / "big.bin"
    process = subprocess.Popen([sys.executable, "-c", KILLED, HOST, served.url, URL, str(target)])
    part = tmp_path / ".big.bin.part"
    while not (part.exists() and part.stat().st_size > 450_000):
        assert process.poll() is None, "it ended before it was killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists()
    have = part.stat().st_size
    get(served, target)
    assert target.read_bytes() == BODY
    assert served.asked[-1][1] == f"bytes={have}-"
    assert left_over(tmp_path) == ["big.bin"]
