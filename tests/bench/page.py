"""A program run as the page runs it: by the server, in its jail, the timeline sent over the wire."""

import http.client
import json
import re
import subprocess
import zlib
from contextlib import contextmanager
from pathlib import Path

from failed import Failed

# Seconds that the server may be silent.
PATIENCE = 60


def run(forkyard, program):
    """What the program told, and the bytes that came over the wire, as a browser would get them."""
    try:
        return _run(forkyard, program)
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"the server: {error!r}") from error


def _run(forkyard, program):
    # The server's programs find no modules beside them: what they need goes along.
    parts = (Path(__file__).with_name("stopwatch.py"), Path(program))
    source = "\n".join(part.read_text() for part in parts).replace("from stopwatch import Stopwatch\n", "")
    with _server(forkyard) as address:
        connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        request = {"source": source, "timeline": True}
        headers = {"Content-Type": "application/json", "Origin": f"http://{address}", "Accept-Encoding": "gzip"}
        connection.request("POST", "/api/runs", json.dumps(request), headers)
        response = connection.getresponse()
        body = response.read()
    if response.status != 200:
        raise Failed(f"the server answered {response.status}: {body[:200]!r}")
    if response.headers["Content-Encoding"] == "gzip":
        text = zlib.decompress(body, wbits=31).decode()
    else:
        text = body.decode()
    told = re.search(r'\{\\"seconds\\".*?\}', text)
    if told is None:
        raise Failed(f"the program told nothing: {text[-300:]}")
    return {**json.loads(told[0].replace('\\"', '"')), "wire_bytes": len(body)}


@contextmanager
def _server(forkyard):
    command = [forkyard, "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server.stdout.readline().strip().rpartition("/")[2]
        finally:
            server.terminate()
