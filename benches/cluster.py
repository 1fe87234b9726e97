"""A PostgreSQL primary with a synchronous standby, for `scripts/bench --postgres`.

Both run on this machine, as Debian's `postgresql` has them, in a folder of their own, and wait for the disk.
"""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

BIN = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1] if pathlib.Path("/usr/lib/postgresql").exists() else None


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(program, *arguments, **options):
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return subprocess.run([*owner, BIN / program, *map(str, arguments)], check=True, cwd="/", **options)


class Primary:
    """A running primary; its standby has each commit on its disk too."""

    def __init__(self, folder):
        self.folder, self.port, standby = folder, free_port(), free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run("initdb", "-D", folder / "primary", "-U", "calendar", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", **quiet)
        self.start("primary", self.port)
        source = f"host=127.0.0.1 port={self.port} user=calendar application_name=standby"
        run("pg_basebackup", "-d", source, "-R", "-X", "stream", "-c", "fast", "-D", folder / "standby", **quiet)
        self.start("standby", standby)
        self.ask("CREATE DATABASE calendar", "postgres")
        self.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "postgres")
        self.ask("SELECT pg_reload_conf()", "postgres")
        while self.ask("SELECT sync_state FROM pg_stat_replication", "postgres") != "sync":
            time.sleep(0.05)
        self.url = f"postgres://calendar@127.0.0.1:{self.port}/calendar"

    def start(self, name, port):
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=1GB -c jit=off"
        options += " -c max_wal_size=8GB -c checkpoint_timeout=30min"
        run("pg_ctl", "-D", self.folder / name, "-l", self.folder / f"{name}.log", "-w", "-o", options, "start", stdout=subprocess.DEVNULL)

    def ask(self, sql, name="calendar"):
        asked = run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "calendar", "-AtXq", "-c", sql, name, stdout=subprocess.PIPE, text=True)
        return asked.stdout.strip()

    def took(self, prepare, execute, times=15):
        """The median time of a prepared statement in the database, in milliseconds, once it is in memory."""
        explain = f"EXPLAIN (ANALYZE, TIMING OFF) {execute}"
        script = "\n".join([prepare, *[f"{explain};"] * times])
        asked = run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "calendar", "-AtXq", "calendar", input=script, capture_output=True, text=True)
        return statistics.median(float(found) for found in re.findall(r"Execution Time: ([0-9.]+) ms", asked.stdout))

    def stop(self):
        for name in ("standby", "primary"):
            with contextlib.suppress(subprocess.CalledProcessError):
                run("pg_ctl", "-D", self.folder / name, "-m", "immediate", "-w", "stop", stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def primary():
    folder = pathlib.Path(tempfile.mkdtemp())
    os.chmod(folder, 0o777)
    try:
        started = Primary(folder)
        yield started
    finally:
        if "started" in locals():
            started.stop()
        shutil.rmtree(folder, ignore_errors=True)
