"""A playground of one's own: starts `forkyard serve`, asks it things over HTTP, and ends it.

Knows the routes of the contract and nothing of what a lesson is. Every wait has a deadline.
"""

import contextlib
import http.client
import json
import subprocess
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Seconds without a single byte after which a run is taken for hung. A run's own limit is far below.
SILENCE = 300


@dataclass
class Run:
    """What a run said of itself."""

    text: str = ""
    lanes: dict = field(default_factory=dict)
    started: dict | None = None
    finished: dict | None = None

    @property
    def processes(self):
        """The lanes of processes, the main one included."""
        return [lane for lane in self.lanes.values() if lane["kind"] == "process"]


class Playground:
    """A server that is ours."""

    def __init__(self, address):
        parts = urlsplit(address)
        self.host, self.port = parts.hostname, parts.port

    def get(self, path):
        """The JSON at a path."""
        with self._request("GET", path) as response:
            return json.load(response)

    def run(self, request, stdin=None):
        """Runs a program to its end."""
        run = Run()
        with self._request("POST", "/api/runs", json.dumps(request).encode(), "application/json") as response:
            for name, data in events(response):
                if name == "started":
                    run.started = data
                    if stdin is not None:
                        self.type(data["run"], stdin)
                elif name == "output":
                    run.text += data["text"]
                elif name == "timeline":
                    run.lanes.update((lane["id"], lane) for lane in data["lanes"])
                elif name == "finished":
                    run.finished = data
        return run

    def type(self, run, text):
        """Gives a run its whole standard input."""
        for body in (text.encode(), b""):
            with self._request("POST", f"/api/runs/{run}/stdin", body, "text/plain; charset=utf-8"):
                pass

    def trace(self, run):
        """The events of a finished run, as Chrome reads them."""
        return self.get(f"/api/runs/{run.started['run']}/trace")["traceEvents"]

    @contextlib.contextmanager
    def _request(self, method, path, body=None, kind=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=SILENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            response = connection.getresponse()
            if response.status >= 300:
                raise RuntimeError(f"{method} {path}: {response.status} {response.read().decode(errors='replace')}")
            yield response


@contextlib.contextmanager
def playground(forkyard):
    """Starts a server on a free port; it is gone afterwards."""
    command = [forkyard, "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield Playground(address(server.stdout))
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def address(lines):
    """The address that the server prints when it is ready."""
    for line in lines:
        if line.startswith("listening on "):
            return line.removeprefix("listening on ").strip()
    raise RuntimeError("the server ended before it was ready")


def events(response):
    """The events of a stream: name and data of each."""
    name, data = "message", []
    for line in response:
        line = line.decode().rstrip("\r\n")
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "" and data:
            yield name, json.loads("\n".join(data))
            name, data = "message", []
        elif key == "event":
            name = value
        elif key == "data":
            data.append(value)
