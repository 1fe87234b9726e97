"""Kills a standby, a server and the primary while clients write: nothing acknowledged may be lost, or be there twice."""
import collections
import http.client
import json
import threading
import time

from patroni import Cluster, get

WRITERS = 32
# What users would call down.
LONGEST = 30
EVENT = {"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00"}


class Load:
    """Clients that each repeat a call with its key until it is acknowledged, by whichever server answers."""

    def __init__(self, cluster, writers):
        self.ports = [server.port for server in cluster.servers]
        self.acknowledged, self.moments, self.wrong = [], [], []
        self.stopped, self.lock = threading.Event(), threading.Lock()
        token = self.register()
        self.threads = [threading.Thread(target=self.write, args=(number, token)) for number in range(writers)]
        for thread in self.threads:
            thread.start()

    def register(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=20)
        connection.request("POST", "/api/v1/user", json.dumps({"useremail": "park@jungi.me"}))
        return json.load(connection.getresponse())["data"]["token"]

    def write(self, writer, token):
        turn, connection, number = writer, None, 0
        while not self.stopped.is_set():
            subject = f"{writer} {number}"
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.ports[turn % len(self.ports)], timeout=20)
                headers = {"X-calendar-access-token": token, "Idempotency-Key": subject}
                connection.request("POST", "/api/v1/calendar/event", json.dumps({**EVENT, "subject": subject}), headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status, connection, turn = 0, None, turn + 1
                time.sleep(0.05)
            if status == 200:
                with self.lock:
                    self.acknowledged.append(subject)
                    self.moments.append(time.monotonic())
                number += 1
            elif status not in (0, 503):
                self.wrong.append((subject, status))

    def go_on(self, seconds):
        """Lets them write for `seconds` after the next acknowledgement."""
        seen = len(self.moments)
        end = time.monotonic() + 4 * LONGEST
        while len(self.moments) == seen and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(seconds)

    def silence(self, since):
        """The longest time after `since` without an acknowledgement, in seconds."""
        moments = [since, *(moment for moment in list(self.moments) if moment > since), time.monotonic()]
        return max(later - earlier for earlier, later in zip(moments, moments[1:]))

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def run(binary):
    """Gives the rows of a table: what was killed, and for how long no write was acknowledged; and what went wrong."""
    rows, faults = [], []

    def killed(what, victim):
        begun = time.monotonic()
        victim.kill()
        load.go_on(5)
        rows.append((what, load.silence(begun)))

    with Cluster(binary) as cluster:
        load = Load(cluster, WRITERS)
        try:
            load.go_on(3)
            in_step = next(name for state, name in cluster.standbys() if state == "sync")
            standby = next(node for node in cluster.nodes if node.name == in_step)
            killed("the standby that is waited for, with its Patroni", standby)
            standby.start()
            cluster.wait_until_whole()
            killed("a calendar server", cluster.servers[0])
            cluster.servers[0].start()
            primary = cluster.primary()
            killed("the primary, with its Patroni", primary)
            primary.start()
            cluster.wait_until_whole()
            load.go_on(2)
        finally:
            load.stop()
        for server in cluster.servers:
            status, body = get(f"{server.url}/healthz")
            if status != 200 or json.loads(body).get("standbys") != 1:
                faults.append(f"{server.name} says {status} {body}")
        stored = collections.Counter(cluster.ask("SELECT subject FROM event").splitlines())
    lost = [subject for subject in load.acknowledged if subject not in stored]
    twice = [subject for subject, times in stored.items() if times > 1]
    faults += [f"{len(lost)} of {len(load.acknowledged)} acknowledged events lost: {lost[:5]}"] * bool(lost)
    faults += [f"{len(twice)} events are there twice: {twice[:5]}"] * bool(twice)
    faults += [f"answers that are none: {load.wrong[:5]}"] * bool(load.wrong)
    faults += [f"no write for {seconds:.1f} s after the kill of {what}" for what, seconds in rows if seconds > LONGEST]
    return rows, len(load.acknowledged), faults
