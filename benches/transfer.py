"""Files that come in and go out, and feeds, for `scripts/bench --transfer`."""
import json
import pathlib
import statistics
import threading
import time

import scale

EVENTS = 100_000
CREATE = {"sdate": "2031-01-01 09:00:00", "edate": "2031-01-01 10:00:00", "subject": "mine"}


def large_file():
    """A file of 31 MB, as a phone writes it, with 168 events in June 2017."""
    events = (
        f"BEGIN:VEVENT\r\nUID:{n:08}-5b1c-4c0e-9a53-9d2f1a2b3c4d@phone.example\r\nDTSTAMP:20170601T000000Z\r\nCREATED:20170601T000000Z\r\n"
        f"DTSTART;TZID=Asia/Seoul:{1990 + n // 336 % 50}{n // 28 % 12 + 1:02}{n % 28 + 1:02}T{n % 12 + 8:02}0000\r\n"
        f"DTEND;TZID=Asia/Seoul:{1990 + n // 336 % 50}{n // 28 % 12 + 1:02}{n % 28 + 1:02}T{n % 12 + 9:02}0000\r\n"
        f"SUMMARY:Swimming lesson {n}\r\nLOCATION:Pool {n % 7}\r\nSEQUENCE:1\r\nX-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nEND:VEVENT\r\n"
        for n in range(EVENTS)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Phone 9//EN\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


class Meanwhile:
    """Another user, who creates one event after the other."""

    def __init__(self, server, token):
        self.client, self.times, self.ended = scale.Client(server, token), [], False
        self.thread = threading.Thread(target=self.create)

    def create(self):
        while not self.ended:
            took, status, _ = self.client.call("POST", "/api/v1/calendar/event", CREATE)
            assert status == 200, status
            self.times.append(took)
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()

    def told(self):
        return f"median {statistics.median(self.times):.0f} ms, at most {max(self.times):.0f} ms"


def register(server, name):
    return json.loads(server.call("POST", "/api/v1/user/", body={"useremail": f"{name}@jungi.me"}))["data"]["token"]


def peak(server):
    """The most memory that it has had in use, in MB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def send(server, token, query, content):
    """An import: how long it took, and what the answer says."""
    client = scale.Client(server, token)
    begun = time.perf_counter()
    client.connection.request("POST", f"/api/v1/import{query}", content, {"X-calendar-access-token": token})
    answer = client.connection.getresponse()
    report = json.loads(answer.read())
    assert answer.status == 200, report
    return time.perf_counter() - begun, report["data"]


def measure(serve, wrk, rounds, seconds):
    """Rows of a table: what, and its figure. `serve` starts a server in a folder of its own."""
    yield from a_large_file(serve())
    yield from hostile_files(serve())
    yield from a_feed(serve(), wrk, rounds, seconds)


def a_large_file(server):
    park, kim = register(server, "park"), register(server, "kim")
    content = large_file()
    with Meanwhile(server, kim) as alone:
        time.sleep(5)
    yield "creates of another user, nothing else happening", alone.told()
    outcomes = (("dry run", "?dry_run=true", "created"), ("import", "", "created"), ("the same file once more", "", "unchanged"))
    for what, query, outcome in outcomes:
        with Meanwhile(server, kim) as meanwhile:
            took, report = send(server, park, query, content)
        assert report[outcome] == EVENTS, report
        yield f"{what}: {EVENTS:,} events, {len(content) / 1e6:.0f} MB", f"{took:.1f} s; creates meanwhile {meanwhile.told()}"
        if what == "import":
            client = scale.Client(server, park)
            view, _, shown = client.call("GET", scale.MONTH)
            search, _, _ = client.call("GET", "/api/v1/calendar/search?search_word=lesson%2099999")
            yield f"first month view ({len(json.loads(shown)['data'])} events), first search", f"{view:.0f} ms, {search:.0f} ms"
    yield "most memory", f"{peak(server):.0f} MB"
    client = scale.Client(server, park)
    with Meanwhile(server, kim) as meanwhile:
        took, status, exported = client.call("GET", "/api/v1/export")
    assert status == 200 and exported.count(b"BEGIN:VEVENT") == EVENTS
    yield f"export, {len(exported) / 1e6:.0f} MB", f"{took / 1000:.1f} s; creates meanwhile {meanwhile.told()}"
    server.stop()


def hostile_files(server):
    """Files of 60 MB that have nothing in them but what costs."""
    park, kim = register(server, "park"), register(server, "kim")
    begun = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\n"
    for what, line in {"components without end": b"BEGIN:VEVENT\r\n", "one line": b"A" * 1024, "empty lines": b"\r\n", "events without a start": b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"}.items():
        with Meanwhile(server, kim) as meanwhile:
            took, _ = send(server, park, "", begun + line * ((60 << 20) // len(line)))
        yield f"60 MB of {what}", f"{took:.1f} s; creates meanwhile {meanwhile.told()}"
    yield "most memory", f"{peak(server):.0f} MB"
    server.stop()


def a_feed(server, wrk, rounds, seconds):
    """A feed beside a month view, by turns, in the same calendar of thirty events."""
    token = register(server, "park")
    for day in range(1, 31):
        body = {"sdate": f"2026-11-{day:02} 20:00:00", "edate": f"2026-11-{day:02} 23:00:00", "subject": "친구들과 약속"}
        server.call("POST", "/api/v1/calendar/event", token, body)
    feed = json.loads(server.call("POST", "/api/v1/user/feed", token, {"name": "bench"}))["data"]["url"]
    path = "/feed/" + feed.rsplit("/", 1)[1]
    month = "/api/v1/calendar/month?year_month=2026-11"
    rates = [[wrk(server.url + asked, 16, seconds, token)[0] for asked in (month, path)] for _ in range(rounds)]
    of_view = statistics.median(feed / view for view, feed in rates)
    yield "a feed of thirty events, 16 clients", f"{statistics.median(feed for _, feed in rates):,.0f}/s, {of_view:.2f} of the month view"
    server.stop()
