"""A PostgreSQL server of its own for a test, from the programs that are installed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed: no /usr/lib/postgresql/*/bin/initdb")
    return found[-1].parent


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Yield the address, with a password, of a database on a server that runs until the block ends."""
    pytest.importorskip("psycopg")
    programs, password = _programs(), secrets.token_hex(8)
    folder = Path(tempfile.mkdtemp(prefix="medsr-postgresql-"))
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        identity = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [programs / program, "-D", folder / "data", *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
            timeout=120,
            **identity,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "-U", "medsr", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run("pg_ctl", "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://medsr:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
