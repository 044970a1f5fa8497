"""A PostgreSQL of the tests' own: a folder, a loopback address, one server that ends with us."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import psycopg

from hotseat.config import loopback_net

OLDEST = 15
SYSTEM_USER = "postgres"
USER = "hotseat"
PORT = 5432
START_SECONDS = 20.0

FAST = {
    # The data of a test is worth nothing after it.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "40",
    "unix_socket_directories": "",
}


class NoPostgreSQL(Exception):
    """There is none, or it is too old; the text says what to do."""


def programs() -> Path:
    """The folder with initdb and postgres. Raises NoPostgreSQL."""
    # Debian keeps them out of PATH, in a folder for each version.
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            said = subprocess.check_output([folder / "postgres", "-V"], text=True)
            version = int(said.split()[2].split(".")[0])
            if version >= OLDEST:
                return folder
    raise NoPostgreSQL(
        f"no PostgreSQL {OLDEST} or newer here: `make check` as root installs it, "
        "or install the package postgresql yourself"
    )


class PostgreSQL(AbstractContextManager["PostgreSQL"]):
    """Made and started by `with`; gone without a trace after it."""

    def __init__(self) -> None:
        self._programs = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="hotseat-postgresql-"))
        self._password = secrets.token_urlsafe(12)
        self._server: subprocess.Popen[bytes] | None = None
        self._connection: psycopg.Connection | None = None
        self._names = count(1)
        self.address = str(loopback_net(self._folder)[5])
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """The database as SQLAlchemy names it."""
        return f"postgresql+psycopg://{USER}:{self._password}@{self.address}:{PORT}/{database}"

    def copy(self, template: str | None = None) -> str:
        """The name of a new database, empty or like `template`, to which nobody is connected."""
        name = f"test_{next(self._names)}"
        # Through the log, which is the default, costs three times as much.
        like = f'TEMPLATE "{template or "template0"}" STRATEGY file_copy'
        self._say(f'CREATE DATABASE "{name}" {like}')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    def connect(self, database: str) -> psycopg.Connection:
        """A connection that commits every statement."""
        return psycopg.connect(
            host=self.address,
            port=PORT,
            user=USER,
            password=self._password,
            dbname=database,
            autocommit=True,
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [self._programs / "postgres", "-D", self._data, "-h", self.address, "-p", PORT]
        for name, value in FAST.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                # A test run that is killed must not leave its server behind.
                [*self._as_user("--pdeathsig", "INT"), *map(str, command)],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server; connections are cut, as in a restart of a real one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # fast shutdown (PostgreSQL manual, 19.5)
            server.wait(timeout=30)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every connection stays, and nothing answers: its disk hangs, or its guest is paused."""
        assert self._server is not None
        pid = self._server.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children")
        stopped = [pid, *map(int, workers.read_text(encoding="ascii").split())]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(stopped):
                os.kill(process, signal.SIGCONT)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password, encoding="ascii")
        if os.geteuid() == 0:
            for path in (self._folder, password):
                shutil.chown(path, SYSTEM_USER, SYSTEM_USER)
        made = subprocess.run(
            [
                *self._as_user(),
                *(str(self._programs / "initdb"), "-D", str(self._data), "-U", USER),
                *("--pwfile", str(password), "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            ],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{made.stdout}")

    def _as_user(self, *options: str) -> list[str]:
        """PostgreSQL refuses to run as root."""
        start = ["setpriv", *options]
        if os.geteuid() == 0:
            start += [f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--init-groups"]
        return start if len(start) > 1 else []

    def _answers(self) -> bool:
        try:
            self._say("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _say(self, statement: str) -> None:
        if self._connection is None:
            self._connection = self.connect("postgres")
        self._connection.execute(statement.encode())

    def _log(self) -> str:
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
