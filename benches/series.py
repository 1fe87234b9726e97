"""Views and changes of series, for `scripts/bench --series`."""
import http.client
import json
import statistics
import time
import urllib.parse

MONTH = "/api/v1/calendar/month?year_month=2026-11"
# The rules of 100 live series, which give some 480 occurrences in November 2026.
RULES = ["FREQ=WEEKLY"] * 82 + ["FREQ=MONTHLY;BYDAY=1TU"] * 7 + ["FREQ=MONTHLY;BYDAY=-1FR"] * 6 + ["FREQ=DAILY;INTERVAL=2"] * 2 + ["FREQ=DAILY"] * 3


class User:
    """A user on a connection of their own."""

    def __init__(self, server, name):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc)
        self.token = ""
        self.token = self.call("POST", "/api/v1/user", {"useremail": f"{name}@jungi.me"})["data"]["token"]

    def call(self, method, path, body=None):
        self.connection.request(method, path, body and json.dumps(body), {"X-calendar-access-token": self.token})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {text}")
        self.location = answer.getheader("Location")
        return json.loads(text)

    def create(self, day, rule=None, hour=9):
        body = {"sdate": f"{day} {hour:02}:00:00", "edate": f"{day} {hour + 1:02}:00:00", "subject": "Swimming lesson"}
        self.call("POST", "/api/v1/calendar/event", body | ({"rrule": rule} if rule else {}))
        return int(self.location.rsplit("/", 1)[1])

    def first_view(self):
        """The time of a view that has to be made, in milliseconds."""
        self.create("2999-01-01")
        begun = time.perf_counter()
        self.call("GET", MONTH)
        return (time.perf_counter() - begun) * 1000

    def shown(self):
        return len(self.call("GET", MONTH)["data"])


def medians(users, rounds):
    times = [[] for _ in users]
    for _ in range(rounds):
        for user, taken in zip(users, times):
            taken.append(user.first_view())
    return [statistics.median(taken) for taken in times]


def measure(server, rounds):
    """Rows of a table: what, and its figure."""
    live, plain = User(server, "live"), User(server, "plain")
    for number, rule in enumerate(RULES):
        live.create(f"2026-10-{number % 28 + 1:02}", rule, number % 12 + 6)
    for number in range(live.shown()):
        plain.create(f"2026-11-{number % 30 + 1:02}")
    old, new = User(server, "old"), User(server, "new")
    for number in range(1000):
        old.create(f"2006-10-{number % 28 + 1:02}", "FREQ=WEEKLY")
        new.create(f"2026-10-{number % 28 + 1:02}", "FREQ=WEEKLY")
    hits = live.shown(), old.shown(), new.shown()
    of_live, of_plain = medians([live, plain], rounds)
    of_old, of_new = medians([old, new], rounds)
    parted = []
    for _ in range(rounds):
        series = live.create("2006-11-01", "FREQ=DAILY")
        body = {"event_id": series, "occurrence": "2026-11-02 09:00:00", "scope": "following",
                "sdate": "2026-11-02 10:00:00", "edate": "2026-11-02 11:00:00", "subject": "Later"}
        begun = time.perf_counter()
        live.call("PUT", "/api/v1/calendar/event", body)
        parted.append((time.perf_counter() - begun) * 1000)
        made = int(live.location.rsplit("/", 1)[1])
        for event in (series, made):
            live.call("DELETE", "/api/v1/calendar/event", {"event_id": event})
    return [
        (f"month view made, {hits[0]} plain events", f"{of_plain:.2f} ms"),
        (f"the same of 100 series, {hits[0]} occurrences", f"{of_live:.2f} ms, {of_live / of_plain:.2f} times that"),
        (f"month view made, 1,000 series begun last month, {hits[2]} occurrences", f"{of_new:.2f} ms"),
        (f"the same begun 20 years ago, {hits[1]} occurrences", f"{of_old:.2f} ms, {of_old / of_new:.2f} times that"),
        ("a daily series of 20 years parted", f"{statistics.median(parted):.2f} ms"),
    ]
