"""What the history costs, for `scripts/bench --history`: bytes and time per change with it and without it, and its pruning."""
import sqlite3
import statistics
import time

from series import User

# As the page sends it: only the subject changes.
TIMES = {"sdate": "2026-11-20 09:00:00", "edate": "2026-11-20 10:00:00"}
CHANGES = 2_000
OLD = 10_000


def size(folder):
    """The bytes of the database file, without what is only in its log, and without free pages."""
    with sqlite3.connect(folder / "calendar.sqlite") as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, page = (conn.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))
    conn.close()
    return (pages - free) * page


def changes(serve, folders):
    """Creates and changes events without a history and with one, by turns. Gives for each of the two calls the bytes of one and
    the median of its milliseconds, without and with."""
    def start():
        return [serve(folder, {"CALENDAR_HISTORY_DAYS": days}) for folder, days in zip(folders, ("0", "30"))]

    def stop(servers):
        for server, folder in zip(servers, folders):
            wait_for_index(folder)
            server.stop()
        return [size(folder) for folder in folders]

    servers = start()
    for server in servers:
        User(server, "park").create("2026-11-20")
    before, figures = stop(servers), {}
    for what in ("create", "change"):
        servers = start()
        users = [User(server, what) for server in servers]
        events = [user.create("2026-11-20") for user in users]
        times = [[], []]
        for number in range(CHANGES):
            body = TIMES | {"subject": f"Swimming lesson {number:05}"}
            for user, event, taken in zip(users, events, times):
                begun = time.perf_counter()
                if what == "create":
                    user.call("POST", "/api/v1/calendar/event", body)
                else:
                    user.call("PUT", "/api/v1/calendar/event", body | {"event_id": event})
                taken.append((time.perf_counter() - begun) * 1000)
        after = stop(servers)
        grown = [(now - then) / CHANGES for now, then in zip(after, before)]
        before, figures[what] = after, (grown, [statistics.median(taken) for taken in times])
    return figures


def wait_for_index(folder):
    """Waits until the search index, which is updated later, is no part of the difference."""
    with sqlite3.connect(folder / "calendar.sqlite") as conn:
        while conn.execute("SELECT count(*) FROM subject_gram_pending").fetchone()[0]:
            time.sleep(0.05)
    conn.close()


def pruning(serve, folder):
    """How long it takes until ten thousand entries that are too old are gone after a start, and the slowest write meanwhile."""
    with sqlite3.connect(folder / "calendar.sqlite") as conn:
        conn.execute("DELETE FROM history")
        conn.execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1) INSERT INTO history"
            " (at, email, door, user_id, kind, row_id, subject, image, state)"
            " SELECT 0, 'park@jungi.me', 1, 1, 1, n, 'Swimming lesson', '{\"user_id\":1,\"subject\":\"Swimming lesson\","
            "\"starts\":0,\"ends\":3600,\"created\":0,\"revision\":1,\"private\":0,\"birthday\":0}', n FROM n",
            (OLD,),
        )
    conn.close()
    server = serve(folder, {})
    begun, slowest = time.perf_counter(), 0.0
    user = User(server, "kim")
    look = sqlite3.connect(folder / "calendar.sqlite")
    while look.execute("SELECT count(*) FROM history WHERE at = 0").fetchone()[0]:
        at = time.perf_counter()
        user.create("2026-11-20")
        slowest = max(slowest, time.perf_counter() - at)
    look.close()
    taken = time.perf_counter() - begun
    server.stop()
    return taken * 1000, slowest * 1000


def measure(serve, folders):
    """Rows of a table: what, and its figure. `serve` starts a server in one of two folders, with more of an environment."""
    rows = []
    for what, (grown, taken) in changes(serve, folders).items():
        rows.append((f"the file, per {what}: without a history; with it", f"{grown[0]:,.0f}; {grown[1]:,.0f} bytes"))
        rows.append((f"a {what} of one client: without a history; with it",
                     f"{taken[0]:.2f}; {taken[1]:.2f} ms, {taken[1] / taken[0]:.2f} times that"))
    taken, slowest = pruning(serve, folders[1])
    rows.append((f"{OLD:,} entries that are too old, pruned after the start; the slowest write of another user meanwhile",
                 f"{taken:,.0f} ms; {slowest:.1f} ms"))
    return rows
