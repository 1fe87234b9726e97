"""What Evolution's data server does with a calendar by CalDAV.

Run with Debian's python3 in a session of D-Bus with a home of its own and an open keyring: evolution_account.py PORT PATH USER
PASSWORD. Reads the calendar, adds two events, deletes one of them, and prints as JSON the subjects of what it has read.
"""
import json
import sys
import time

import gi

gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, ICalGLib  # noqa: E402


def main():
    port, path, user, password = sys.argv[1:]
    registry = EDataServer.SourceRegistry.new_sync(None)
    source = EDataServer.Source.new(None, None)
    source.set_display_name("device")
    source.set_parent("caldav-stub")
    source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("caldav")
    authentication = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    authentication.set_host("127.0.0.1")
    authentication.set_port(int(port))
    authentication.set_user(user)
    authentication.set_method("plain/password")
    source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(False)
    source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(path)
    source.get_extension(EDataServer.SOURCE_EXTENSION_OFFLINE).set_stay_synchronized(True)
    registry.commit_source_sync(source, None)
    made = registry.ref_source(source.get_uid())
    made.store_password_sync(password, True, None)
    client = ECal.Client.connect_sync(made, ECal.ClientSourceType.EVENTS, 30, None)
    read = []
    for _ in range(60):
        _, objects = client.get_object_list_as_comps_sync("#t", None)
        read = [component.get_summary().get_value() for component in objects]
        if "Swimming" in read:
            break
        client.refresh_sync(None)
        time.sleep(0.5)
    for uid, subject in [("eds-one", "Added by Evolution"), ("eds-two", "Deleted by Evolution")]:
        lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20280101T000000Z", "DTSTART:20280224T090000Z", "DTEND:20280224T100000Z",
                 f"SUMMARY:{subject}", "END:VEVENT", ""]
        component = ICalGLib.Component.new_from_string("\r\n".join(lines))
        client.create_object_sync(component, ECal.OperationFlags.NONE, None)
    client.remove_object_sync("eds-two", None, ECal.ObjModType.ALL, ECal.OperationFlags.NONE, None)
    print(json.dumps(read))


main()
