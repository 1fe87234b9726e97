"""Three PostgreSQL nodes under Patroni, and calendar servers over them, on this machine.

Needs Debian's postgresql, patroni and etcd-server. As root, the nodes run as the user `postgres`.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

NODES = ("db1", "db2", "db3")
# Patroni's times in seconds: a primary that says nothing for `ttl` is replaced. Its defaults are 30, 10 and 10.
TTL, LOOP_WAIT, RETRY_TIMEOUT = 20, 3, 5


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url):
    """The status and the body of an answer; a status of 0 if there is none."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_for(what, ready, seconds=120):
    end = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > end:
            raise TimeoutError(f"no {what} after {seconds} seconds")
        time.sleep(0.1)
    return found


def descendants(pid):
    """The process `pid` and all that it began: those of PostgreSQL are in no process group with it."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


class Node:
    """One machine: Patroni, and the PostgreSQL that it started."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.port, self.api = cluster, name, free_port(), free_port()
        self.data = cluster.folder / name
        self.process = None

    def configuration(self):
        parameters = {"shared_buffers": "256MB", "max_connections": 100, "jit": "off", "unix_socket_directories": str(self.cluster.folder)}
        owner = {"username": "postgres", "password": "postgres"}
        # JSON is YAML.
        return json.dumps({
            "scope": "calendar", "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.api}", "connect_address": f"127.0.0.1:{self.api}"},
            "etcd3": {"hosts": [f"127.0.0.1:{self.cluster.etcd_port}"]},
            "bootstrap": {
                "dcs": {
                    "ttl": TTL, "loop_wait": LOOP_WAIT, "retry_timeout": RETRY_TIMEOUT,
                    "synchronous_mode": True, "synchronous_mode_strict": True,
                    "postgresql": {"use_pg_rewind": True, "parameters": parameters},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}", "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.data), "bin_dir": str(self.cluster.programs), "pgpass": str(self.cluster.folder / f"{self.name}.pass"),
                "authentication": {"superuser": owner, "replication": owner, "rewind": owner},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "basebackup": [{"checkpoint": "fast"}],
            },
        })

    def start(self):
        configuration = self.cluster.folder / f"{self.name}.json"
        configuration.write_text(self.configuration())
        self.process = self.cluster.spawn(self.name, [*self.cluster.owner, "patroni", configuration])

    def role(self):
        """`master` or `primary`, `replica`, or none while it does not run."""
        status, body = get(f"http://127.0.0.1:{self.api}/patroni")
        known = json.loads(body) if body else {}
        return known.get("role") if status == 200 and known.get("state") == "running" else None

    def kill(self):
        """Ends Patroni and PostgreSQL at once, as a power cut would."""
        pids = descendants(self.process.pid)
        postmaster = self.data / "postmaster.pid"
        if postmaster.exists():
            pids += descendants(int(postmaster.read_text().splitlines()[0]))
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


class Server:
    """A calendar server over the cluster."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.port = cluster, name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        arguments = [self.cluster.binary, "--database", self.cluster.url, "dev-run", "--port", str(self.port)]
        self.process = self.cluster.spawn(self.name, arguments)
        wait_for(f"answer of {self.name}", self.answers)

    def answers(self):
        if self.process.poll() is not None:
            log = (self.cluster.folder / f"{self.name}.log").read_text()
            raise RuntimeError(f"{self.name} has ended: {log[-2000:]}")
        return get(f"{self.url}/healthz")[0] == 200

    def kill(self):
        self.process.kill()
        self.process.wait()


class Cluster:
    """etcd, three nodes and `servers` calendar servers of the binary `binary`, until the block ends."""

    def __init__(self, binary, servers=2):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        self.programs, self.binary = found[-1], binary
        self.owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.folder = pathlib.Path(tempfile.mkdtemp())
        # The nodes may be another user's.
        self.folder.chmod(0o777)
        self.etcd_port = free_port()
        self.processes = []
        self.nodes = [Node(self, name) for name in NODES]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        self.url = f"postgres://calendar@{hosts}/calendar"
        self.servers = [Server(self, f"server{number + 1}") for number in range(servers)]

    def spawn(self, name, command):
        log = (self.folder / f"{name}.log").open("a")
        # Without the settings of whoever runs this.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("CALENDAR_", "PG"))}
        process = subprocess.Popen(
            [*map(str, command)], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def ask(self, sql, database="calendar"):
        """Runs statements on the primary, and gives what they print."""
        command = [self.programs / "psql", "-h", "127.0.0.1", "-p", self.primary().port, "-U", "postgres", "-AtXq", "-c", sql, database]
        return subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def primary(self):
        return wait_for("primary", lambda: next((node for node in self.nodes if node.role() in ("master", "primary")), None))

    def standbys(self):
        """The names of the standbys by how commits use them: `sync` or `async`."""
        rows = self.ask("SELECT sync_state, application_name FROM pg_stat_replication ORDER BY 2", "postgres").splitlines()
        return [tuple(row.split("|")) for row in rows]

    def wait_until_whole(self):
        wait_for("two standbys, one of them in step", lambda: sorted(state for state, _ in self.standbys()) == ["async", "sync"])

    def __enter__(self):
        try:
            url = f"http://127.0.0.1:{self.etcd_port}"
            peer = f"http://127.0.0.1:{free_port()}"
            self.spawn("etcd", [
                "etcd", "--data-dir", self.folder / "etcd", "--listen-client-urls", url, "--advertise-client-urls", url,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"])
            wait_for("etcd", lambda: get(f"{url}/health")[0] == 200)
            for node in self.nodes:
                node.start()
            self.wait_until_whole()
            self.ask("CREATE ROLE calendar LOGIN; GRANT pg_monitor TO calendar", "postgres")
            self.ask("CREATE DATABASE calendar OWNER calendar", "postgres")
            for server in self.servers:
                server.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
