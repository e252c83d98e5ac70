"""An engine, asked behind the program's back: both speak Docker's API on their sockets."""

import http.client
import json
import os
import socket
import time
import urllib.parse

from parts.measure import fail

LABEL = "io.pkgkiln.instance"


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    def __init__(self, name):
        self.name = name
        self.socket = os.environ.get(f"PKGKILN_TEST_{name.upper()}_SOCKET", "")
        # What fixtures.test is in its containers, where this machine's servers listen.
        self.host_address = os.environ.get(f"PKGKILN_TEST_HOST_ADDRESS_{name.upper()}", "")
        if not self.socket or not self.host_address:
            fail(f"the environment names no test {name}",
                 '  try: tests/engines start && eval "$(tests/engines env)"; or another --runtime')

    def listen_addresses(self):
        """Rootless Podman's host address leads to 127.0.0.1; Docker's is one of this machine's."""
        return [self.host_address] if self.name == "docker" else []

    def call(self, method, path, body=None, accept=(200, 201, 204, 304)):
        connection = Connection(self.socket.removeprefix("unix://"))
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status not in accept:
            fail(f"{self.name} answered {response.status} to {method} {path}: {text.decode()[:500]}")
        if response.headers.get_content_type() != "application/json" or not text:
            return text
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text  # several, one a line

    def labelled(self, path, instance):
        query = urllib.parse.urlencode({"all": "1", "filters": json.dumps(
            {"label": [f"{LABEL}={instance}"]})})
        found = self.call("GET", f"{path}?{query}")
        return found["Volumes"] or [] if isinstance(found, dict) else found

    def builder_image(self, instance):
        return self.labelled("/images/json", instance)[0]["Id"]

    def created(self, instance, since):
        """How many containers of that instance were made since then (seconds since 1970)."""
        # Podman tells nothing of a time that is over, and Docker has no other way to end.
        end = {"stream": "false"} if self.name == "podman" else {"until": f"{time.time():.6f}"}
        filters = {"type": ["container"], "event": ["create"], "label": [f"{LABEL}={instance}"]}
        query = urllib.parse.urlencode(end | {"since": int(since), "filters": json.dumps(filters)})
        events = self.call("GET", f"/events?{query}")
        if isinstance(events, dict):
            return 1
        return len(events.splitlines())

    def remove_all(self, instance):
        for listing, path, key in (("/containers/json", "/containers/", "Id"),
                                   ("/networks", "/networks/", "Name"),
                                   ("/volumes", "/volumes/", "Name"), ("/images/json", "/images/", "Id")):
            for found in self.labelled(listing, instance):
                name = urllib.parse.quote(found[key], safe=":")
                self.call("DELETE", f"{path}{name}?force=1", accept=(200, 204, 404, 409))
