"""Lets other programs read a feed and an export: vdirsyncer and khal, Thunderbird, and Evolution. Each has to show what the
server shows."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from patroni import free_port, get

# As of the last result in docs/interop.md.
PACKAGES = ["vdirsyncer==0.21.0", "khal==0.14.1"]
ZONE = "Asia/Seoul"
FIRST, DAYS = "2028-02-21", 21
# Thunderbird's remote control.
MARIONETTE = 2828

EVENTS = [
    {"sdate": "2028-02-22 09:00:00", "edate": "2028-02-22 10:00:00", "subject": "Swimming", "rrule": "FREQ=WEEKLY"},
    {"sdate": "2028-02-24 00:00:00", "edate": "2028-02-26 00:00:00", "subject": "Camp", "all_day": True},
    {"sdate": "2028-02-25 09:00:00", "edate": "2028-02-25 10:30:00", "subject": "Call", "timezone": "America/New_York"},
]
# A week later than usual, and at another time; the one after that is left out.
MOVED = {"sdate": "2028-02-29 14:00:00", "edate": "2028-02-29 15:30:00", "subject": "Swimming test"}
BIRTHDAY = "1984-02-29"
SHOWN = [
    "2028-02-22 09:00 2028-02-22 10:00 Swimming",
    "2028-02-24 2028-02-25 Camp",
    "2028-02-25 23:00 2028-02-26 00:30 Call",
    "2028-02-29 14:00 2028-02-29 15:30 Swimming test",
    "2028-02-29 2028-02-29 park@jungi.me 생일",
]


class Calendar:
    """A server with one user, who has a feed of a week or two that have it all."""

    def __init__(self, binary, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [binary, "dev-run", "--port", str(self.port)]
        environment = {**os.environ, "CALENDAR_TIMEZONE": ZONE}
        log = open(folder / "server.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        until("the server", lambda: get(f"{self.url}/healthz")[0] == 200)
        self.token = self.call("POST", "/user/", {"useremail": "park@jungi.me"})["token"]
        for event in EVENTS:
            self.call("POST", "/calendar/event", event)
        self.call("PUT", "/calendar/birthday", {"birthday": BIRTHDAY})
        moved, left_out = self.occurrences("2028-02-29"), self.occurrences("2028-03-07")
        self.call("PUT", "/calendar/event", {"event_id": moved["id"], "occurrence": moved["occurrence"], **MOVED})
        self.call("DELETE", "/calendar/event", {"event_id": left_out["id"], "occurrence": left_out["occurrence"]})
        self.feed = self.call("POST", "/user/feed", {"name": "readers"})["url"]
        self.export = folder / "export.ics"
        self.export.write_bytes(self.send("GET", "/export", None))

    def occurrences(self, day):
        shown = self.call("GET", f"/calendar/date?date={day}", None)
        return next(event for event in shown if event["subject"] == "Swimming")

    def call(self, method, path, body):
        return json.loads(self.send(method, path, body)).get("data")

    def send(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"X-calendar-access-token": getattr(self, "token", "")}
        connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {path}: {content.decode()}")
        return content


def until(what, ready, seconds=60):
    end = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > end:
            raise RuntimeError(f"there is no {what} after {seconds} s")
        time.sleep(0.2)
    return found


def khal(calendar, folder):
    """What khal shows of the feed as vdirsyncer keeps it, and of the export that it imports; and whether vdirsyncer finds
    nothing new when it looks again."""
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    programs = folder / "python/bin"
    subprocess.run([programs / "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
    kept, imported = folder / "kept", folder / "imported"
    kept.mkdir()
    imported.mkdir()
    (folder / "vdirsyncer").write_text(f"""[general]
status_path = "{folder}/status"
[pair feed]
a = "server"
b = "kept"
collections = null
[storage server]
type = "http"
url = "{calendar.feed}"
[storage kept]
type = "filesystem"
path = "{kept}"
fileext = ".ics"
""")
    (folder / "khal").write_text(f"""[calendars]
[[feed]]
path = {kept}
readonly = true
[[file]]
path = {imported}
[default]
default_calendar = file
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {ZONE}
default_timezone = {ZONE}
[sqlite]
path = {folder}/khal.db
""")
    vdirsyncer = [programs / "vdirsyncer", "-c", folder / "vdirsyncer"]
    subprocess.run([*vdirsyncer, "discover", "feed"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*vdirsyncer, "sync"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def files():
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in kept.iterdir()}

    before = files()
    subprocess.run([*vdirsyncer, "sync"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    program = [programs / "khal", "-c", folder / "khal"]
    subprocess.run([*program, "import", "--batch", "-a", "file", calendar.export], check=True, stdout=subprocess.DEVNULL)

    def shown(name):
        command = [*program, "list", "-a", name, "--day-format", "", "--format", "{start-long} {end-long} {title}", FIRST, f"{DAYS}d"]
        listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        # It repeats an event on each of its days.
        lines = {line.replace(" \N{CLOCKWISE OPEN CIRCLE ARROW}", "").strip() for line in listed.splitlines()}
        return sorted(lines - {""})

    return shown("feed"), shown("file"), files() == before


SCRIPT = """
let [url, first, days, done] = arguments;
(async () => {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const made = cal.manager.createCalendar("ics", Services.io.newURI(url));
  made.name = "feed";
  made.setProperty("cache.enabled", false);
  made.readOnly = true;
  cal.manager.registerCalendar(made);
  const calendar = cal.manager.getCalendarById(made.id);
  const from = cal.createDateTime(first.replaceAll("-", "") + "T000000");
  from.timezone = cal.timezoneService.getTimezone("Asia/Seoul");
  const to = from.clone();
  to.day += days;
  const filter = Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES;
  let items = [];
  for (let turn = 0; turn < 100 && !items.length; turn++) {
    await new Promise((next) => setTimeout(next, 200));
    items = await calendar.getItemsAsArray(filter, 0, from, to);
  }
  const told = (time, back) => {
    const day = (time) => `${time.year}-${String(time.month + 1).padStart(2, "0")}-${String(time.day).padStart(2, "0")}`;
    if (time.isDate) {
      const last = time.clone();
      last.day -= back;
      return day(last);
    }
    const here = time.getInTimezone(from.timezone);
    return `${day(here)} ${String(here.hour).padStart(2, "0")}:${String(here.minute).padStart(2, "0")}`;
  };
  return items.map((item) => `${told(item.startDate, 0)} ${told(item.endDate, 1)} ${item.title}`);
})().then(done, (error) => done([String(error)]));
"""


class Remote:
    """Marionette's protocol: JSON with its length before it."""

    def __init__(self, connection):
        self.connection, self.read, self.number = connection, b"", 0
        self.receive()

    def receive(self):
        while b":" not in self.read:
            self.read += self.connection.recv(1 << 16)
        length, _, self.read = self.read.partition(b":")
        while len(self.read) < int(length):
            self.read += self.connection.recv(1 << 16)
        message, self.read = self.read[: int(length)], self.read[int(length) :]
        return json.loads(message)

    def call(self, name, parameters):
        self.number += 1
        message = json.dumps([0, self.number, name, parameters]).encode()
        self.connection.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{name}: {error}")
        return result


def thunderbird(address, profile):
    """What Thunderbird shows of the calendar at an address."""
    return sorted(in_thunderbird(SCRIPT, [address, FIRST, DAYS], profile))


def in_thunderbird(script, arguments, profile):
    """Runs a script in a Thunderbird with a new profile, and gives what it gives."""
    profile.mkdir()
    preferences = {"calendar.timezone.useSystemTimezone": False, "calendar.timezone.local": ZONE, "mail.provider.suppress_dialog_on_startup": True,
                   "app.update.enabled": False, "datareporting.policy.dataSubmissionPolicyBypassNotification": True, "network.proxy.type": 0}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = ["thunderbird", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile]
    environment = {**os.environ, "HOME": str(profile), "MOZ_HEADLESS": "1"}
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def connected():
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", MARIONETTE), timeout=90)
        remote = Remote(until("Thunderbird", connected, 120))
        remote.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        remote.call("Marionette:SetContext", {"value": "chrome"})
        remote.call("WebDriver:SetTimeouts", {"script": 60000})
        run_it = {"script": script, "args": arguments, "newSandbox": True}
        return remote.call("WebDriver:ExecuteAsyncScript", run_it)["value"]
    finally:
        program.terminate()
        try:
            program.wait(15)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def evolution(calendar, home):
    """What Evolution shows of the feed, and of the export that it imports."""
    home.mkdir(mode=0o700)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TZ": ZONE}
    # Debian's own, which has GNOME's libraries.
    script = ["/usr/bin/python3", pathlib.Path(__file__).with_name("evolution.py"), calendar.feed, calendar.export, ZONE, FIRST, str(DAYS)]
    told = subprocess.run(["dbus-run-session", "--", *script], env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=180)
    shown = json.loads(told.stdout)
    return shown["feed"], shown["export"]


def run(binary):
    """Gives the rows of a table, each a program and what it showed, and what went wrong."""
    folder = pathlib.Path(tempfile.mkdtemp())
    calendar = None
    rows, faults = [], []
    try:
        calendar = Calendar(str(binary), folder)
        feed, export, kept = khal(calendar, folder)
        subscribed, imported = evolution(calendar, folder / "evolution")
        found = {
            "vdirsyncer and khal, the feed": feed,
            "khal, the export": export,
            "Thunderbird, the feed": thunderbird(calendar.feed, folder / "one"),
            "Thunderbird, the export": thunderbird(calendar.export.as_uri(), folder / "other"),
            "Evolution, the feed": subscribed,
            "Evolution, the export": imported,
        }
        if not kept:
            faults.append("vdirsyncer found something new in a feed that had not changed")
        for program, shown in found.items():
            if shown != sorted(SHOWN):
                faults.append(f"{program} showed {shown} and not {sorted(SHOWN)}")
            rows.append((program, len(shown)))
    finally:
        if calendar:
            calendar.process.terminate()
            calendar.process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
    return rows, faults
