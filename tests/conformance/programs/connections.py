"""Listener and Client, waiting for pipes, sockets and processes at once, and what can be sent."""

import multiprocessing as mp
import os
import socket
import threading
import time
from multiprocessing import connection


def greet(address, authkey):
    with connection.Client(address, authkey=authkey) as client:
        client.send(["from", "the child"])
        client.send_bytes(b"raw")
        print("answer", client.recv(), flush=True)


def pass_on(link):
    received = link.recv()
    if isinstance(received, socket.socket):
        received.sendall(b"through a socket")
        received.close()
    else:
        received.send("through a connection")


def end_with(code):
    raise SystemExit(code)


def listeners():
    for family, key in (("AF_UNIX", None), ("AF_INET", b"secret"), (None, b"key")):
        address = ("127.0.0.1", 0) if family == "AF_INET" else None
        with connection.Listener(address, family, backlog=2, authkey=key) as listener:
            process = mp.Process(target=greet, args=(listener.address, key))
            process.start()
            with listener.accept() as accepted:
                print(family, accepted.recv(), accepted.recv_bytes(), type(listener.address).__name__)
                print("last accepted", (listener.last_accepted or ("",))[0])
                accepted.send("bye")
                process.join()
                try:
                    accepted.recv()
                except EOFError:
                    print("end of file")
    with connection.Listener(authkey=b"right") as listener:

        def accept():
            try:
                listener.accept()
            except mp.AuthenticationError as error:
                print("listener:", error)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            connection.Client(listener.address, authkey=b"wrong")
        except mp.AuthenticationError as error:
            thread.join()
            print("client:", error)
    for wrong in (("127.0.0.1", 1), "/no/such/place"):
        try:
            connection.Client(wrong)
        except OSError as error:
            print(type(error).__name__)
    try:
        listener.accept()
    except OSError as error:
        print(error)


def waiting():
    reader, writer = mp.Pipe(duplex=False)
    left, right = socket.socketpair()
    read, write = os.pipe()
    process = mp.Process(target=end_with, args=(3,))
    everything = {"pipe": reader, "socket": left, "descriptor": read}
    print("nothing", connection.wait(everything.values(), 0.01))
    process.start()
    everything["process"] = process.sentinel
    print("a process", connection.wait(everything.values()) == [process.sentinel])
    del everything["process"]
    process.join()
    print(process.exitcode)
    writer.send("x")
    print("a pipe", connection.wait(everything.values()) == [reader])
    right.sendall(b"x")
    os.write(write, b"x")
    ready = connection.wait(everything.values(), 5)
    print("all", sorted(name for name, thing in everything.items() if thing in ready))
    reader.recv()
    print("no pipe", reader in connection.wait(everything.values(), 0))
    timer = threading.Timer(0.05, writer.close)
    timer.start()
    print("the end", connection.wait([reader], 30) == [reader])
    queue = mp.SimpleQueue()
    print("a queue", connection.wait([queue._reader], 0))
    queue.put(1)
    print("a queue", connection.wait([queue._reader], 5) == [queue._reader], queue.get())
    start = time.monotonic()
    connection.wait([left.fileno(), mp.Pipe()[0]], 0.05)
    print("in time", time.monotonic() - start < 10)
    for end in (left, right):
        end.close()
    os.close(read)
    os.close(write)


def sending():
    for make in (lambda: mp.Pipe(), lambda: socket.socketpair()):
        here, there = mp.Pipe()
        process = mp.Process(target=pass_on, args=(there,))
        process.start()
        mine, sent = make()
        here.send(sent)
        if isinstance(mine, socket.socket):
            print(mine.recv(100))
        else:
            print(mine.recv())
        process.join()
        for end in (here, there, mine, sent):
            end.close()


if __name__ == "__main__":
    for part in (listeners, waiting, sending):
        part()
