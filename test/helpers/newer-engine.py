"""Makes a machine's Docker engine look newer than any that Debian has, for tests.

Takes the place of the engine's socket, hands every question on to the real engine behind it, and changes what that says
of itself. Arguments: the real engine's socket, the version to show, the newest and the oldest API to speak, and the
image store to show (`overlay2` or `containerd`). systemd opens its own socket for it and hands it over.
"""

import http.client
import http.server
import json
import re
import socket
import socketserver
import sys

engine, version, newest, oldest, store = sys.argv[1:]
# What systemd's socket activation promises.
first_passed_socket = 3
# The real engine's own newest.
spoken = "v1.41"


def number(api):
    return [int(part) for part in api.split(".")]


class RealEngine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(engine)


class Questions(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked, path = re.match(r"(?:/v(\d+\.\d+))?(/.*)", self.path).groups()
        if asked and number(asked) > number(newest):
            self.refuse("client version %s is too new. Maximum supported API version is %s" % (asked, newest))
        elif asked and number(asked) < number(oldest):
            self.refuse("client version %s is too old. Minimum supported API version is %s" % (asked, oldest))
        else:
            self.hand_on("/%s%s" % (spoken, path) if asked else path)

    do_HEAD = do_GET

    def refuse(self, message):
        self.answer(400, json.dumps({"message": message}).encode(), {"Content-Type": "application/json"})

    def hand_on(self, path):
        connection = RealEngine("localhost")
        connection.request(self.command, path)
        response = connection.getresponse()
        headers = {name: response.getheader(name, "") for name in ("Content-Type", "Ostype")}
        self.answer(response.status, self.changed(path, response.read()), headers)

    def changed(self, path, body):
        if path.endswith("/version"):
            return json.dumps({**json.loads(body), **self.itself(), "Components": None}).encode()
        if path.endswith("/info") and store == "containerd":
            status = [["driver-type", "io.containerd.snapshotter.v1"]]
            return json.dumps({**json.loads(body), "Driver": "overlayfs", "DriverStatus": status}).encode()
        return body

    def itself(self):
        return {"Version": version, "ApiVersion": newest, "MinAPIVersion": oldest}

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Api-Version": newest, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def address_string(self):
        # A client of a Unix socket has no address.
        return "client"


server = socketserver.ThreadingUnixStreamServer(None, Questions, bind_and_activate=False)
server.socket = socket.socket(fileno=first_passed_socket)
server.serve_forever()
