"""Fuzzing that is guided by coverage: what reaches new lines of Phusong is changed further.

``python tests/fuzz/guided.py towers -runs=10000 -seed=1`` tries one reader; names of several, or
``all``, try one after the other, each in a process of its own. Needs ``atheris``
(``python -m pip install atheris``), which is no part of the environment. What raises anything but
an error of Phusong's own, or gives what cannot be, is kept in ``build/fuzz/<reader>/``: mend the
reader, and move the file to ``tests/fuzz/corpus/<reader>/``, where a test tries it from then on.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("corpus")
FOUND = ROOT / "build" / "fuzz"
LONGEST_S = 60
"""A case that takes longer is a hang."""
MOST_MB = 4096
MOST_BYTES = 40_000


def main(arguments: list[str]) -> int:
    """Try the readers that are named; the status is 1 where one of them failed."""
    names = [a for a in arguments if not a.startswith("-")]
    options = [a for a in arguments if a.startswith("-")]
    if len(names) == 1 and names != ["all"]:
        return fuzz(names[0], options)
    from fuzz_targets import TARGETS

    failed = []
    for name in TARGETS if names == ["all"] else names:
        began = time.monotonic()
        command = [sys.executable, __file__, name, *options]
        ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8",
                               errors="replace")  # fmt: skip
        last = next((n for n in reversed(ended.stderr.splitlines()) if n.startswith("#")), "")
        say(f"{name}: status {ended.returncode}, {time.monotonic() - began:.0f} s, {last}")
        if ended.returncode:
            failed.append(name)
            say(f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")
    say(f"{len(failed)} failed: {', '.join(failed)}")
    return bool(failed)


def fuzz(name: str, options: list[str]) -> int:
    """Try one reader in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["phusong"], enable_loader_override=False):
        from fuzz_targets import HURTS, TARGETS, Good, outcome
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        good = Good(Path(folder, "r"))
        seeds, found = Path(folder, "seeds"), FOUND / name
        seeds.mkdir()
        found.mkdir(parents=True, exist_ok=True)
        kept = sorted(CORPUS.joinpath(name).glob("*")) if CORPUS.joinpath(name).is_dir() else []
        for number, content in enumerate([*target.seeds(good), *(f.read_bytes() for f in kept)]):
            (seeds / f"{number}").write_bytes(content)
        words = Path(folder, "words")
        lines = ("".join(f"\\x{byte:02x}" for byte in word) for word in HURTS if len(word) < 64)
        words.write_text("".join(f'"{line}"\n' for line in lines if line), encoding="ascii")
        atheris.Setup(
            [
                sys.argv[0], str(seeds), f"-artifact_prefix={found}/", f"-max_len={MOST_BYTES}",
                f"-timeout={LONGEST_S}", f"-rss_limit_mb={MOST_MB}", f"-dict={words}",
                *(options or ["-runs=10000"]),
            ],
            lambda content: void(outcome(target, content, good)),
        )  # fmt: skip
        atheris.Fuzz()
    return 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def void(result: object) -> None:
    """Forget a result: libFuzzer takes what a target returns for its own."""


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src" / "coverage")]
    sys.exit(main(sys.argv[1:]))
