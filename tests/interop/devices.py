"""Lets other programs sync by CalDAV: caldav-server-tester, vdirsyncer, Thunderbird and Evolution. What one changes, the API
has to show, and the other way round."""
import base64
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from readers import Calendar, in_thunderbird

# As of the last result in docs/clients.md.
PACKAGES = ["caldav-server-tester==1.7.0", "vobject==0.9.9", "vdirsyncer==0.21.0"]
USER = "park@jungi.me"
ITEMS = 1000
# What caldav-server-tester may find not to be there, each for the reason in docs/clients.md.
MISSING = {"scheduling", "calendar-color.name", "url.encode-at.identity", "well-known"}


def event(uid, subject):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a//b", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20280101T000000Z",
             "DTSTART:20280222T090000Z", "DTEND:20280222T100000Z", f"SUMMARY:{subject}", "X-OWN;A=\"b\":kept", "END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{line}\r\n" for line in lines)


class Account:
    """What a program signs in with, and what it has to be told."""

    def __init__(self, calendar):
        self.calendar = calendar
        self.password = calendar.call("POST", "/user/app-password", {"name": "device", "scope": "all"})["password"]
        self.home = f"/dav/calendars/{USER}/personal/"

    def get(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.calendar.port, timeout=20)
        secret = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        connection.request("GET", self.home + name, headers={"Authorization": f"Basic {secret}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def subjects(self):
        """What the API shows of the days that the programs work with."""
        path = "/calendar/range?sdate=2028-02-21%2000:00:00&edate=2028-02-25%2000:00:00"
        return sorted(shown["subject"] for shown in self.calendar.call("GET", path, None))


def tester(account, programs):
    """The features that caldav-server-tester does not find, and how many it tried."""
    command = [programs / "caldav-server-tester", "--caldav-url", f"{account.calendar.url}/dav/", "--caldav-username", USER,
               "--caldav-password", account.password]
    told = subprocess.run([*command, "--format", "json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300)
    features = json.loads(told.stdout)["features"]
    return {name: told["support"] for name, told in features.items() if told.get("support") != "full"}


def vdirsyncer(account, programs, folder):
    """Syncs a folder of files both ways, and gives what went wrong."""
    local = folder / "local"
    (local / "personal").mkdir(parents=True)
    (folder / "config").write_text(f"""[general]
status_path = "{folder}/status"
[pair device]
a = "local"
b = "server"
collections = ["personal"]
conflict_resolution = "b wins"
[storage local]
type = "filesystem"
path = "{local}"
fileext = ".ics"
[storage server]
type = "caldav"
url = "{account.calendar.url}/"
username = "{USER}"
password = "{account.password}"
""")
    files = local / "personal"

    def run(what):
        command = [programs / "vdirsyncer", "-c", folder / "config", what]
        subprocess.run(command, check=True, input="y\n" * 9, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)

    for number in range(ITEMS):
        (files / f"n{number}.ics").write_text(event(f"n{number}", f"Number {number}"), newline="")
    run("discover")
    run("sync")
    faults = []
    names = {path.read_bytes().decode().split("UID:")[1].split("\r\n")[0]: path for path in files.iterdir()}
    if len([subject for subject in account.subjects() if subject.startswith("Number ")]) != ITEMS:
        faults.append("vdirsyncer: the API does not show what it has sent")
    # One is changed there, another here, a third in both places, and one is deleted on each side.
    shown = {one["subject"]: one for one in account.calendar.call("GET", "/calendar/date?date=2028-02-22", None)}

    def change(subject, to):
        body = {"event_id": shown[subject]["id"], "subject": to, "sdate": "2028-02-22 18:00:00", "edate": "2028-02-22 19:00:00"}
        account.calendar.call("PUT", "/calendar/event", body)

    change("Number 1", "Changed there")
    names["n2"].write_text(event("n2", "Changed here"), newline="")
    change("Number 3", "Changed there too")
    names["n3"].write_text(event("n3", "Changed here too"), newline="")
    account.calendar.call("DELETE", "/calendar/event", {"event_id": shown["Number 4"]["id"]})
    names["n5"].unlink()
    run("sync")
    subjects = account.subjects()
    for subject, there in {"Changed there": 1, "Changed here": 1, "Changed there too": 1, "Changed here too": 0, "Number 4": 0, "Number 5": 0}.items():
        if subjects.count(subject) != there:
            faults.append(f"vdirsyncer: {subject} is there {subjects.count(subject)} times and not {there}")
    texts = {path.read_bytes().decode() for path in files.iterdir()}
    here = {text for text in texts if "UID:n" in text}
    if len(here) != ITEMS - 2 or not any("Changed there\r\n" in text and "kept" in text for text in here):
        faults.append("vdirsyncer: the folder does not have what the server has")
    run("sync")
    if {path.read_bytes().decode() for path in files.iterdir()} != texts:
        faults.append("vdirsyncer: it found something new where nothing had changed")
    return faults


SCRIPT = """
let [root, calendarUrl, user, password, done] = arguments;
(async () => {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const { CalDavProvider } = ChromeUtils.importESModule("resource:///modules/CalDavProvider.sys.mjs");
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(new URL(root).origin, null, "calendar-server", user, password, "", "");
  await Services.logins.addLoginAsync(login);
  const found = (await CalDavProvider.detectCalendars(user, password, root, true, {})).map((calendar) => calendar.name);
  const made = cal.manager.createCalendar("caldav", Services.io.newURI(calendarUrl));
  made.name = "device";
  made.setProperty("username", user);
  made.setProperty("cache.enabled", true);
  cal.manager.registerCalendar(made);
  const calendar = cal.manager.getCalendarById(made.id);
  const all = () => calendar.getItemsAsArray(calendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  let read = [];
  for (let turn = 0; turn < 100 && !read.some((item) => item.title == "Swimming"); turn++) {
    await new Promise((next) => setTimeout(next, 200));
    read = await all();
  }
  const add = (uid, title) => calendar.addItem(new CalEvent(`BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nBEGIN:VEVENT\\r\\nUID:${uid}\\r\\nDTSTAMP:20280101T000000Z\\r\\nDTSTART:20280223T090000Z\\r\\nDTEND:20280223T100000Z\\r\\nSUMMARY:${title}\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n`));
  const added = await add("tb-one", "Added by Thunderbird");
  const other = await add("tb-two", "Deleted by Thunderbird");
  const changed = added.clone();
  changed.title = "Changed by Thunderbird";
  await calendar.modifyItem(changed, added);
  await calendar.deleteItem(await calendar.getItem("tb-two"));
  // One occurrence of a series, the lesson of 22 February.
  const series = read.find((item) => item.title == "Swimming");
  const dayAfter = series.startDate.clone();
  dayAfter.day += 1;
  const occurrence = series.recurrenceInfo.getOccurrences(series.startDate, dayAfter, 1)[0].clone();
  occurrence.title = "Moved by Thunderbird";
  const whole = series.clone();
  whole.recurrenceInfo.modifyException(occurrence, true);
  await calendar.modifyItem(whole, series);
  return { found, read: read.length, readOnly: calendar.readOnly };
})().then(done, (error) => done({ error: String(error) }));
"""


def thunderbird(account, profile):
    """What went wrong when Thunderbird looked for the calendars, read, added, changed and deleted."""
    arguments = [f"{account.calendar.url}/", account.calendar.url + account.home, USER, account.password]
    told = in_thunderbird(SCRIPT, arguments, profile)
    faults = []
    if told.get("error") or told["readOnly"] or set(told["found"]) != {USER, "Birthdays"}:
        return [f"Thunderbird: {told}"]
    subjects = account.subjects()
    for subject, there in {"Changed by Thunderbird": 1, "Added by Thunderbird": 0, "Deleted by Thunderbird": 0, "Moved by Thunderbird": 1, "Swimming": 0}.items():
        if subjects.count(subject) != there:
            faults.append(f"Thunderbird: {subject} is there {subjects.count(subject)} times and not {there}")
    return faults


def evolution(account, home):
    """What went wrong when Evolution read and added."""
    home.mkdir(mode=0o700)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TZ": "Asia/Seoul"}
    script = pathlib.Path(__file__).with_name("evolution_account.py")
    # Its passwords are in a keyring, which is opened first.
    inside = 'printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; exec /usr/bin/python3 "$@"'
    command = ["dbus-run-session", "--", "bash", "-c", inside, "bash", script, str(account.calendar.port), account.home, USER, account.password]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=240)
    read = json.loads(told.stdout)
    faults = [] if "Swimming" in read else [f"Evolution read {read}"]
    subjects = account.subjects()
    if subjects.count("Added by Evolution") != 1 or "Deleted by Evolution" in subjects:
        faults.append(f"Evolution: the API shows {subjects}")
    return faults


def run(binary):
    """Gives the rows of a table, each a program and what it did, and what went wrong."""
    folder = pathlib.Path(tempfile.mkdtemp())
    calendar = None
    try:
        subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
        programs = folder / "python/bin"
        subprocess.run([programs / "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
        calendar = Calendar(str(binary), folder)
        account = Account(calendar)
        faults = evolution(account, folder / "evolution") + thunderbird(account, folder / "thunderbird")
        missing = tester(account, programs)
        if broken := {name: how for name, how in missing.items() if name not in MISSING or how in ("broken", "ungraceful")}:
            faults.append(f"caldav-server-tester: {broken}")
        faults += vdirsyncer(account, programs, folder / "vdirsyncer")
        rows = [
            ("caldav-server-tester 1.7.0", f"all that it tries but {', '.join(sorted(missing)) or 'nothing'}"),
            ("vdirsyncer 0.21.0", f"both ways, {ITEMS} objects, byte for byte, with changes and deletions on either side and a conflict"),
            ("Thunderbird", "found the calendars from the server's address; read, added, changed, deleted, changed one occurrence"),
            ("Evolution's data server", "read, added, deleted"),
        ]
        return rows, faults
    finally:
        if calendar:
            calendar.process.terminate()
            calendar.process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
