"""A power cut: of the database's files only what SQLite has synced is sure to be there afterwards.

In the daemon's process a VFS stands before SQLite's own, and keeps a second set of files, the durable ones.
What is written goes to the real files as ever; what is synced goes to the durable ones as well. When the
process is dead, `cut` puts the durable files in the place of the real ones, with some, all or none of the
sectors that were written and never synced: disks keep what they like, in any order. It opens none of SQLite's
files itself: to close one would let go of SQLite's locks (https://sqlite.org/howtocorrupt.html, 2.2).
"""

import _sqlite3
import ctypes
import os
import random
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

SECTOR = 512  # bytes; SQLite reckons that a disk writes these whole
PARTS = ("", "-wal")  # of a database in WAL mode; -shm is rebuilt from them
_MAIN_DB, _WAL = 0x100, 0x80000  # SQLITE_OPEN_*

_POINTER = ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, https://sqlite.org/c3ref/vfs.html, as far as it concerns us; the rest is copied."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("app_data", _POINTER),
        ("open", _OPEN),
        ("others", _POINTER * 17),
    ]


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, https://sqlite.org/c3ref/io_methods.html."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("close", _POINTER),
        ("read", _POINTER),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("others", _POINTER * 13),
    ]


_in_use: "list[Shim]" = []  # SQLite has their addresses


class NoShim(Exception):
    """This Python's SQLite does not show its VFS."""


def is_possible() -> bool:
    """Whether this Python's SQLite can be reached: one that is linked into the interpreter may hide."""
    try:
        _sqlite()
    except NoShim:
        return False
    return True


class Shim:
    """Stands before the default VFS of this process, for good: end the process with SIGKILL."""

    def __init__(self, durable: Path) -> None:
        """`durable` holds copies of the files as they are now: see `begin`."""
        self._durable = durable
        sqlite = _sqlite()
        sqlite.sqlite3_vfs_find.restype = _POINTER
        self._real_address = sqlite.sqlite3_vfs_find(None)
        self._real = _Vfs.from_address(self._real_address)
        self._unsynced: dict[str, list[tuple[int, bytes]]] = defaultdict(list)  # by path: offset, content
        self._names: dict[int, str] = {}  # address of an open file → its path
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}  # the real ones and ours
        self._vfs = _Vfs()
        ctypes.memmove(ctypes.byref(self._vfs), self._real_address, ctypes.sizeof(_Vfs))
        self._vfs.name = b"power-cut"
        self._vfs.open = self._open_callback = _OPEN(self._open)
        sqlite.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        _in_use.append(self)

    def _open(self, _: int, name: int | None, file: int, flags: int, out_flags: Any) -> int:
        code: int = self._real.open(self._real_address, name, file, flags, out_flags)
        if code == 0 and name and flags & (_MAIN_DB | _WAL):
            path = ctypes.string_at(name).decode()
            self._names[file] = path
            if flags & _WAL and os.path.getsize(path) == 0:
                (self._durable / Path(path).name).write_bytes(b"")  # a new file, not the old one shortened
            methods = _POINTER.from_address(file)
            methods.value = ctypes.addressof(self._wrapped(methods.value or 0))
        return code

    def _wrapped(self, address: int) -> _Methods:
        if address not in self._methods:
            real, ours = _Methods.from_address(address), _Methods()
            ctypes.memmove(ctypes.byref(ours), address, ctypes.sizeof(_Methods))

            def write(file: int, data: int, amount: int, offset: int) -> int:
                self._unsynced[self._names[file]].append((offset, ctypes.string_at(data, amount)))
                return int(real.write(file, data, amount, offset))

            def sync(file: int, flags: int) -> int:
                code: int = real.sync(file, flags)
                if code == 0:
                    self._keep(self._names[file])
                return code

            ours.write, ours.sync = _WRITE(write), _SYNC(sync)
            self._methods[address] = (real, ours)
        return self._methods[address][1]

    def _keep(self, path: str) -> None:
        """What was written to the file so far is durable from now on, and so is its length."""
        written, self._unsynced[path] = self._unsynced[path], []
        with open(self._durable / Path(path).name, "r+b") as kept:
            for offset, content in written:
                kept.seek(offset)
                kept.write(content)
            kept.truncate(os.path.getsize(path))


def begin(database: Path, durable: Path) -> None:
    """Before a life that a power cut ends: what is on the disk now is durable. Nobody may have it open."""
    shutil.rmtree(durable, ignore_errors=True)
    durable.mkdir(parents=True)
    for part in PARTS:
        file = Path(f"{database}{part}")
        (durable / file.name).write_bytes(file.read_bytes() if file.exists() else b"")


def cut(database: Path, durable: Path, dice: random.Random) -> int:
    """After that life: how many unsynced sectors were lost."""
    lost = 0
    luck = dice.choice((0.0, 0.5, 1.0))  # the chance of each unsynced sector to have reached the disk
    for part in PARTS:
        file = Path(f"{database}{part}")
        written = file.read_bytes() if file.exists() else b""
        kept = bytearray((durable / file.name).read_bytes())
        for start in range(0, max(len(written), len(kept)), SECTOR):
            sector = written[start : start + SECTOR]
            if sector == kept[start : start + SECTOR]:
                continue
            if dice.random() < luck and len(sector) > 0:
                kept.extend(b"\0" * (start - len(kept)))
                kept[start : start + SECTOR] = sector
            else:
                lost += 1
        if kept or file.exists():
            file.write_bytes(kept)
    Path(f"{database}-shm").unlink(missing_ok=True)
    return lost


def _sqlite() -> Any:
    try:
        library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
        library.sqlite3_vfs_find  # noqa: B018 - AttributeError if it hides
    except (OSError, AttributeError) as error:
        raise NoShim(str(error)) from error
    return library
