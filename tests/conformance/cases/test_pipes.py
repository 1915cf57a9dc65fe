"""Pipe and Connection."""

import multiprocessing.connection
import os
import tempfile
from multiprocessing import reduction

from base import WATCHDOG, Case


def answer(connection):
    with connection:
        while True:
            try:
                connection.send(("got", connection.recv()))
            except EOFError:
                return


def send_all(connection, items):
    for item in items:
        connection.send(item)
    connection.close()


def use_sent_connection(connection):
    connection.recv().send("through the sent one")


class Pipes(Case):
    def test_a_descriptor_sent_beside_messages_is_there_for_who_takes_it_late(self):
        here, there = self.mp.Pipe()
        here.send("first")
        self.assertTrue(there.poll(WATCHDOG))
        with tempfile.TemporaryFile() as file:
            reduction.send_handle(here, file.fileno(), os.getpid())
            self.assertEqual(there.recv(), "first")
            received = reduction.recv_handle(there)
            self.addCleanup(os.close, received)
            self.assertTrue(os.path.samestat(os.fstat(received), os.fstat(file.fileno())))

    def test_both_ends_send_and_receive(self):
        here, there = self.mp.Pipe()
        self.start(answer, there)
        for item in (None, 1, "x", {"k": [1, 2]}, b"y" * 300_000):
            here.send(item)
            self.assertEqual(here.recv(), ("got", item))

    def test_one_way(self):
        reader, writer = self.mp.Pipe(duplex=False)
        self.assertEqual((reader.readable, reader.writable), (True, False))
        self.assertEqual((writer.readable, writer.writable), (False, True))
        with self.assertRaisesRegex(OSError, "connection is read-only"):
            reader.send(1)
        with self.assertRaisesRegex(OSError, "connection is write-only"):
            writer.recv()
        with self.assertRaisesRegex(OSError, "connection is write-only"):
            writer.poll()

    def test_the_end_of_file_comes_after_the_last_item(self):
        reader, writer = self.mp.Pipe(duplex=False)
        process = self.start(send_all, writer, [1, 2])
        writer.close()
        process.join()
        self.assertTrue(reader.poll(30))
        self.assertEqual([reader.recv(), reader.recv()], [1, 2])
        self.assertTrue(reader.poll())
        with self.assertRaises(EOFError):
            reader.recv()

    def test_sending_to_nobody(self):
        reader, writer = self.mp.Pipe(duplex=False)
        reader.close()
        with self.assertRaises(BrokenPipeError):
            writer.send("x")

    def test_a_closed_end_says_so(self):
        reader, writer = self.mp.Pipe(duplex=False)
        with writer:
            self.assertFalse(writer.closed)
        self.assertTrue(writer.closed)
        with self.assertRaisesRegex(OSError, "handle is closed"):
            writer.send(1)
        with self.assertRaisesRegex(OSError, "handle is closed"):
            writer.fileno()

    def test_bytes(self):
        reader, writer = self.mp.Pipe(duplex=False)
        writer.send_bytes(b"0123456789", 2, 5)
        self.assertEqual(reader.recv_bytes(), b"23456")
        writer.send_bytes(bytearray(b"abc"))
        buffer = bytearray(10)
        self.assertEqual(reader.recv_bytes_into(buffer, 1), 3)
        self.assertEqual(bytes(buffer[:5]), b"\0abc\0")
        writer.send_bytes(b"too long")
        with self.assertRaises(multiprocessing.BufferTooShort) as short:
            reader.recv_bytes_into(bytearray(2))
        self.assertEqual(short.exception.args, (b"too long",))
        writer.send_bytes(b"too long")
        with self.assertRaises(OSError):
            reader.recv_bytes(3)

    def test_objects_and_bytes_mix_as_pickles(self):
        import pickle

        reader, writer = self.mp.Pipe(duplex=False)
        writer.send_bytes(pickle.dumps(["x"]))
        self.assertEqual(reader.recv(), ["x"])
        writer.send(12)
        self.assertEqual(pickle.loads(reader.recv_bytes()), 12)

    def test_polling(self):
        reader, writer = self.mp.Pipe(duplex=False)
        self.assertFalse(reader.poll())
        self.assertFalse(reader.poll(0.01))
        writer.send(1)
        self.assertTrue(reader.poll(None))

    def test_waiting_for_several(self):
        pairs = [self.mp.Pipe(duplex=False) for _ in range(3)]
        readers = [reader for reader, _ in pairs]
        self.assertEqual(multiprocessing.connection.wait(readers, 0.01), [])
        self.start(send_all, pairs[1][1], ["x"])
        self.assertEqual(multiprocessing.connection.wait(readers, 30), [readers[1]])
        self.assertEqual(readers[1].recv(), "x")

    def test_it_is_a_connection(self):
        for end in self.mp.Pipe():
            self.assertIsInstance(end, multiprocessing.connection.Connection)
            self.assertIn("multiprocessing.connection.Connection", repr(end))

    def test_a_connection_can_be_sent(self):
        here, there = self.mp.Pipe()
        self.start(use_sent_connection, there)
        mine, sent = self.mp.Pipe()
        here.send(sent)
        self.assertEqual(mine.recv(), "through the sent one")


class Listeners(Case):
    def test_authentication(self):
        import threading

        with multiprocessing.connection.Listener(authkey=b"key") as listener:

            def serve():
                with listener.accept() as connection:
                    connection.send("welcome")

            server = threading.Thread(target=serve)
            server.start()
            with multiprocessing.connection.Client(listener.address, authkey=b"key") as client:
                self.assertEqual(client.recv(), "welcome")
            server.join()
