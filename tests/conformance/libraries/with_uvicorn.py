"""uvicorn: a server whose workers are spawned with a socket of its own, answers from them, and an end by signal."""

import os
import signal
import socket
import threading
import urllib.request

import uvicorn


async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


def ask(port):
    """Asks until somebody listens, and ends the server when it has heard a worker."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=30) as answer:
                print("answered by another process", int(answer.read()) != os.getpid(), flush=True)
            break
        except ConnectionError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    threading.Thread(target=ask, args=(port,), daemon=True).start()
    uvicorn.run("with_uvicorn:application", port=port, workers=2, log_level="error", app_dir=os.path.dirname(__file__))
    print("over")
