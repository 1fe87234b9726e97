"""The cost of a long history: the part of scripts/bench that fills a database and queries it.

SQLite inserts the rows directly while no server has the file open.
"""
import http.client
import json
import random
import sqlite3
import statistics
import threading
import time
import urllib.parse

MONTH = "/api/v1/calendar/month?year_month=2017-06"
JUNE = 1_496_275_200
DAY = 86_400
WORDS = "자료 준비 점심 저녁 약속 파티 출장 병원 예약 학교 운동 축구 모임 가족 여행 영화 공연 발표 마감 면접 교육 휴가".split()


class Client:
    """A persistent connection, as an app has one."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        self.token = token

    def call(self, method, path, body=None, **headers):
        """Returns the duration in milliseconds, the status and the body."""
        data = None if body is None else json.dumps(body).encode()
        begun = time.perf_counter()
        self.connection.request(method, path, data, {"X-calendar-access-token": self.token, **headers})
        response = self.connection.getresponse()
        content = response.read()
        return (time.perf_counter() - begun) * 1000, response.status, content


def p99(times):
    return sorted(times)[int(len(times) * 0.99)]


def insert(conn, rows):
    conn.executemany(
        "INSERT INTO event (user_id, group_id, subject, subject_folded, starts, ends, created)"
        " VALUES (1, ?1, ?2, ?2, ?3, ?4, 0)", rows)


def million(conn):
    """Adds events of an hour in the years 1000 to 9000, but none in the measured month."""
    chance = random.Random(2017)
    for part in range(10):
        rows = []
        for number in range(100_000):
            starts = chance.randrange(-30_610_224_000, 221_845_392_000)
            starts += 62 * DAY if JUNE - 2 * DAY < starts < JUNE + 32 * DAY else 0
            subject = " ".join(chance.choices(WORDS, k=3))
            if part == 5 and number == 0:
                subject = "유일한 낱말"
            if number % 3334 == 0:
                subject += " 삼백"
            rows.append((None, subject, starts, starts + 3600))
        insert(conn, rows)


def ten_years(conn):
    """Adds a thousand events of ten years each, which end before the measured month."""
    length = 3652 * DAY
    insert(conn, [(None, "휴가", JUNE - length - n * DAY, JUNE - n * DAY) for n in range(1, 1001)])


def five_hundred_groups(conn):
    for number in range(1, 501):
        conn.execute("INSERT INTO calendar_group (id, name, creator_id, created) VALUES (?, ?, 1, 0)", (number, f"모임 {number}"))
        conn.execute("INSERT INTO selection (user_id, group_id) VALUES (1, ?)", (number,))
        insert(conn, [(number, "회식", JUNE + 400 * DAY, JUNE + 401 * DAY)])


def keep_thirty_events(conn):
    """Deletes everything but the thirty events."""
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("DELETE FROM calendar_group")
    conn.execute("DELETE FROM event WHERE starts NOT BETWEEN ? AND ?", (JUNE, JUNE + 30 * DAY))


def large_groups(conn):
    groups = [(n, f"모임 {n}") for n in range(1001, 11_001)]
    conn.executemany("INSERT INTO calendar_group (id, name, creator_id, created) VALUES (?, ?, 1, 0)", groups)
    insert(conn, [(1001, "회식", n * 3600, n * 3600 + 60) for n in range(100_000)])


def view_times(server, token, rounds):
    """Measures an unchanged month view, and one just after a change, in milliseconds."""
    client = Client(server, token)
    event = {"sdate": "2019-06-19 20:00:00", "edate": "2019-06-19 23:00:00", "subject": "약속"}
    client.call("GET", MONTH)
    again = statistics.median(client.call("GET", MONTH)[0] for _ in range(rounds))
    first = []
    for _ in range(rounds):
        client.call("POST", "/api/v1/calendar/event", event)
        first.append(client.call("GET", MONTH)[0])
    return again, statistics.median(first)


def wait_for_index(path):
    """Waits until the search index is up to date."""
    with sqlite3.connect(path) as conn:
        behind = (
            "SELECT EXISTS (SELECT 1 FROM subject_gram_pending)"
            " OR EXISTS (SELECT 1 FROM event WHERE id > (SELECT followed FROM subject_gram_progress))"
        )
        while conn.execute(behind).fetchone()[0]:
            time.sleep(0.2)


def searches(server, token, rounds):
    client = Client(server, token)
    words = {"a word that one has": "유일한", "a word that none has": "없는말", "a syllable": "백", "300 hits": "삼백"}
    figures = {}
    for what, word in words.items():
        path = "/api/v1/calendar/search?search_word=" + urllib.parse.quote(word)
        responses = [client.call("GET", path) for _ in range(rounds)]
        found = len(json.loads(responses[0][2])["data"])
        figures[what] = {"p99_ms": p99([took for took, *_ in responses]), "found": found}
    return figures


def deletion(server, token, other):
    """Measures the deletion of a group of 100,000 events, and another user's slowest write meanwhile."""
    event = {"sdate": "2019-06-19 20:00:00", "edate": "2019-06-19 23:00:00", "subject": "약속"}
    times, done = [], threading.Event()

    def write():
        client = Client(server, other)
        while not done.is_set():
            times.append(client.call("POST", "/api/v1/calendar/event", event)[0])

    writer = threading.Thread(target=write)
    writer.start()
    took, status, _ = Client(server, token).call("DELETE", "/api/v1/group/", {"group_id": 1001})
    time.sleep(2)
    done.set()
    writer.join()
    assert status == 200
    return {"took_ms": took, "others_slowest_ms": max(times)}


def one_commit_a_request(path, seconds):
    """Measures inserts per second on the same file, each in a durable transaction of its own."""
    with sqlite3.connect(path, isolation_level=None) as conn:
        conn.execute("PRAGMA synchronous = FULL")
        begun, count = time.monotonic(), 0
        while time.monotonic() - begun < seconds:
            insert(conn, [(None, "약속", 0, 1)])
            count += 1
        return count / seconds
