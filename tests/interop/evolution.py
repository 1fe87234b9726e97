"""What Evolution shows of a calendar: its data server, which reads calendars and finds their occurrences, without its window.

Run with Debian's python3 in a session of D-Bus with a home of its own: evolution.py FEED-URL FILE ZONE FIRST DAYS. Prints as
JSON what it shows of the feed that it subscribes to, and of the file that it imports.
"""
import datetime
import json
import pathlib
import sys
import time
import urllib.parse
import zoneinfo

import gi

gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, ICalGLib  # noqa: E402

SECONDS = 60


def opened(registry, name, backend, configure=lambda source: None):
    """A new calendar of that kind, once it can be read."""
    source = EDataServer.Source.new(None, None)
    source.set_display_name(name)
    source.set_parent(f"{backend}-stub")
    source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name(backend)
    configure(source)
    registry.commit_source_sync(source, None)
    return ECal.Client.connect_sync(registry.ref_source(source.get_uid()), ECal.ClientSourceType.EVENTS, SECONDS, None)


def subscribed(registry, url):
    parts = urllib.parse.urlsplit(url)

    def configure(source):
        address = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
        address.set_host(parts.hostname)
        address.set_port(parts.port)
        source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(parts.scheme == "https")
        source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(parts.path)

    return opened(registry, "feed", "webcal", configure)


def imported(registry, file):
    """As its importer does."""
    client = opened(registry, "file", "local")
    client.receive_objects_sync(ICalGLib.Component.new_from_string(file.read_text(encoding="utf-8")), ECal.OperationFlags.NONE, None)
    return client


def shown(client, zone, first, days):
    """The occurrences in `days` from `first` on. A feed is fetched some time after it was subscribed to."""
    here = zoneinfo.ZoneInfo(zone)
    start = datetime.datetime.fromisoformat(first).replace(tzinfo=here)
    end = start + datetime.timedelta(days=days)
    client.set_default_timezone(ICalGLib.Timezone.get_builtin_timezone(zone))

    def told(moment, back):
        day = datetime.date(moment.get_year(), moment.get_month(), moment.get_day())
        if moment.is_date():
            return (day - datetime.timedelta(days=back)).isoformat()
        seconds = moment.as_timet_with_zone(moment.get_timezone() or ICalGLib.Timezone.get_utc_timezone())
        return datetime.datetime.fromtimestamp(seconds, here).strftime("%Y-%m-%d %H:%M")

    deadline = time.monotonic() + SECONDS
    while True:
        found = []

        def one(component, begins, ends, *_):
            found.append(f"{told(begins, 0)} {told(ends, 1)} {component.get_summary()}")
            return True

        client.generate_instances_sync(int(start.timestamp()), int(end.timestamp()), None, one, None)
        if found or time.monotonic() > deadline:
            return sorted(found)
        client.refresh_sync(None)
        time.sleep(0.5)


def main():
    url, file, zone, first, days = sys.argv[1:]
    registry = EDataServer.SourceRegistry.new_sync(None)
    calendars = {"feed": subscribed(registry, url), "export": imported(registry, pathlib.Path(file))}
    print(json.dumps({name: shown(client, zone, first, int(days)) for name, client in calendars.items()}))


main()
