"""Where other people's programs are put: a folder outside the project, kept from one run to the next."""

import os
import shutil
import subprocess
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_PATIENCE = 600  # seconds for a download


class NotHere(Exception):
    """A program cannot be had; the text says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, and where it finds its libraries if it was only unpacked."""

    path: Path
    libraries: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **({"LD_LIBRARY_PATH": self.libraries} if self.libraries else {})}


@dataclass(frozen=True, slots=True)
class Scratch:
    folder: Path = _CACHE / "paldies-benchmarks"

    def python(self, name: str, packages: Sequence[str]) -> Path:
        """An interpreter of its own that has these, in these versions. Raises NotHere."""
        home = self.folder / name
        interpreter = home / "bin" / "python"
        wanted = "\n".join(packages)
        if _said(home / "installed") != wanted:
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home, with_pip=True)
            _run([interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages])
            (home / "installed").write_text(wanted)
        return interpreter

    def node(self, name: str, packages: Sequence[str]) -> Path:
        """A folder in which Node finds these. Raises NotHere."""
        if not (shutil.which("node") and shutil.which("npm")):
            raise NotHere("Node.js is not installed.")
        home = self.folder / name
        wanted = "\n".join(packages)
        if _said(home / "installed") != wanted:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], folder=home)
            (home / "installed").write_text(wanted)
        return home

    def debian(self, program: str, packages: Sequence[str], *, libraries: Sequence[str] = ()) -> Tool:
        """From PATH, or unpacked from Debian's packages, which need not be installed. Raises NotHere.

        `libraries`: where the unpacked program finds its own, below the root; POSTFIX_ROOT may name one.
        """
        if found := shutil.which(program):
            return Tool(Path(found))
        own = self.folder / f"debian-{program}"
        roots = [Path(os.environ.get("POSTFIX_ROOT", "/nowhere")), own]
        for root in roots:
            if tool := _unpacked(root, program, libraries):
                return tool
        if not shutil.which("apt-get"):
            raise NotHere(
                f"{program} is not installed, and this is no Debian whose package could be unpacked."
            )
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        _run(["apt-get", "-o", "APT::Sandbox::User=root", "download", *packages], folder=own)
        for package in own.glob("*.deb"):
            _run(["dpkg", "-x", package, own])
        if tool := _unpacked(own, program, libraries):
            return tool
        raise NotHere(f"{program} is not in Debian's package {packages[0]}.")


def _unpacked(root: Path, program: str, libraries: Sequence[str]) -> Tool | None:
    for folder in ("usr/bin", "usr/sbin"):
        if (path := root / folder / program).exists():
            return Tool(path, os.pathsep.join(str(root / each) for each in libraries))
    return None


def _said(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _run(command: Sequence[str | Path], *, folder: Path | None = None) -> None:
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise NotHere(f"{' '.join(map(str, command[:3]))} failed: {said[-1] if said else error}.") from error
