#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""printportd as a process, with a fake library whose kernel is this program.

usage: daemon_test.py PRINTPORTD [NAME...]    only the tests so named
"""
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

PATIENCE = 20
NOBODY = 65534


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def check_eq(value, wanted, what=""):
    check(value == wanted, f"{what}: {value!r}, not {wanted!r}")


def soon(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        check(time.monotonic() < until, f"not in time: {what}")
        time.sleep(0.01)


class Lines:
    """Lines from a socket, each within a bound."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.settimeout(PATIENCE)
        self.buffer = b""

    def line(self):
        while b"\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def close(self):
        self.sock.close()


class Kernel(Lines):
    """The other end of the fake library, from an attachment to its end."""

    def expect(self, wanted):
        """Skips lines until that one."""
        seen = []
        while True:
            line = self.line()
            check(line is not None, f"no {wanted!r} but {seen}")
            seen.append(line)
            if line == wanted.encode():
                return
            check(len(seen) < 5000, f"no {wanted!r}")

    def do(self, *commands):
        for command in commands:
            self.sock.sendall(command.encode() + b"\n")
            self.expect("ok " + command.split()[0])


class Client(Lines):
    def __init__(self, world, uid=None):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if uid is None:
            sock.connect(world.socket)
        else:
            os.setresuid(-1, uid, 0)
            try:
                sock.connect(world.socket)
            finally:
                os.setresuid(0, 0, 0)
        super().__init__(sock)

    def send(self, request):
        self.sock.sendall(json.dumps(request).encode() + b"\n")

    def read(self):
        line = self.line()
        return None if line is None else json.loads(line)

    def ask(self, request):
        self.send(request)
        return self.read()

    def event(self, what):
        """Skips news of other kinds."""
        while True:
            news = self.read()
            check(news is not None, f"no {what}")
            if news.get("event") == what:
                return news

    def is_closed(self):
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


class World:
    """A directory with a port, a daemon and its log."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.dir = tempfile.mkdtemp(prefix="printportd-test-")
        os.chmod(self.dir, 0o755)
        self.port = self.dir + "/sys/printport0"
        self.node = self.dir + "/dev/printport-lm0"
        self.config = self.dir + "/conf"
        self.socket = self.dir + "/run/printport0.sock"
        self.process = None
        self.kernels = []
        os.makedirs(self.port)
        os.mkdir(self.dir + "/dev")
        self.set("state", "closed")
        self.set("status", "idle")
        self.set("reasons", "none")
        self.set("ieee1284_id", "MFG:HP;MDL:LaserJet;CMD:PCL,PJL;")
        self.set_node("free")
        self.set_config("")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.dir + "/control")
        self.listener.listen(8)
        self.listener.settimeout(PATIENCE)

    def set(self, attr, value):
        with open(f"{self.port}/{attr}", "w", encoding="latin-1") as file:
            file.write(value + "\n")

    def set_node(self, text):
        with open(self.node, "w", encoding="ascii") as file:
            file.write(text)

    def set_config(self, text):
        with open(self.config, "w", encoding="ascii") as file:
            file.write(text)

    def command(self, *options, port="0"):
        return [self.daemon, "--sysfs-dir", self.dir + "/sys", "--dev-dir",
                self.dir + "/dev", "--runtime-dir", self.dir + "/run",
                "-c", self.config, *options, port]

    def environment(self):
        return {**os.environ, "FAKE_CONTROL": self.dir + "/control",
                "ASAN_OPTIONS": "detect_leaks=1"}

    def run(self, *options, port="0"):
        """Runs it to its end; its exit code and what it said."""
        done = subprocess.run(self.command(*options, port=port), timeout=PATIENCE,
                              env=self.environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()

    def start(self, *options, attached="pjl"):
        with open(self.dir + "/log", "wb") as log:
            self.process = subprocess.Popen(self.command(*options), stderr=log,
                                            env=self.environment())
        return self.kernel(attached) if attached else None

    def kernel(self, name):
        """The next attachment."""
        sock, _ = self.listener.accept()
        kernel = Kernel(sock)
        self.kernels.append(kernel)
        kernel.expect("attached " + name)
        return kernel

    def log(self):
        with open(self.dir + "/log", encoding="utf-8") as file:
            return file.read()

    def logged(self, text):
        soon(lambda: text in self.log(), text)

    def signal(self, number):
        self.process.send_signal(number)

    def ended(self, code=0):
        check_eq(self.process.wait(PATIENCE), code, "exit code; " + self.log())
        self.process = None

    def finish(self):
        """Ends the daemon, which must be in good health."""
        if not self.process:
            return
        self.signal(signal.SIGTERM)
        for kernel in self.kernels:
            kernel.close()
        self.ended()
        check(not os.path.exists(self.socket), "the socket was left behind")

    def clean(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.listener.close()
        for kernel in self.kernels:
            kernel.close()
        shutil.rmtree(self.dir)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- the command line and the configuration -------------------------------------------


def test_usage(world):
    for options, port in (((), "x"), ((), "-1"), ((), ""), ((), "printport"),
                          (("--stop-ms", "x"), "0"), (("--no-such",), "0"),
                          ((), "/dev/printport-lm0x")):
        code, text = world.run(*options, port=port)
        check_eq(code, 64, f"{options} {port}")
        check("usage:" in text, text)
    check_eq(world.run("--help")[0], 0, "help")


def test_port_names(world):
    for port in ("0", "printport0", "/dev/printport-lm0", "/dev/printport0", "printport-lm0"):
        code, text = world.run("--check", port=port)
        check_eq((code, text), (0, "printport0: pjl (the printer's device id)\n"), port)


def test_bad_config(world):
    world.set_config("[daemon]\n\ncolour = red\n")
    code, text = world.run()
    check_eq(code, 78, "exit code")
    check('line=3 error="no such key in [daemon]: colour"' in text, text)
    check(not os.path.exists(world.socket), "it began all the same")
    os.unlink(world.config)
    check_eq(world.run()[0], 78, "no file")


def test_no_port(world):
    shutil.rmtree(world.port)
    code, text = world.run()
    check_eq(code, 69, text)


def test_none(world):
    world.set_config("[daemon]\nlanguage = none\n")
    check_eq(world.run()[0], 0, "exit code")


def test_denied(world):
    world.set_node("denied")
    code, text = world.run()
    check_eq(code, 1, text)
    check("EACCES" in text, text)


def test_options_reach_language(world):
    world.set_config("[language pjl]\neoj-ms = 17\n")
    world.start().expect("option 17")


def test_hostile_device_id(world):
    world.set("ieee1284_id", "MFG:%s%n;CMD:" + "\xff," * 2000)
    world.start(attached="raw")


def test_log_json(world):
    kernel = world.start("--log-json")
    kernel.do("log")
    world.logged("a \\\"line")
    for line in world.log().splitlines():
        check_eq(json.loads(line)["port"], "printport0", line)
    check_eq(json.loads(line)["level"], "warning", line)


def test_log_text(world):
    world.start().do("log")
    world.logged('printportd: monitor port=printport0 language=pjl '
                 'text="a \\"line\\"\\x1b[31m\\xff"\n')


def test_log_priority(world):
    # What systemd says when standard error is the journal.
    name = world.dir + "/journal"
    with open(name, "wb") as log:
        info = os.fstat(log.fileno())
        world.process = subprocess.Popen(
            world.command(), stderr=log,
            env={**world.environment(), "JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"})
    world.kernel("pjl").do("log")
    with open(name, encoding="utf-8") as file:
        lines = file.read().splitlines()
    check(lines[0].startswith("<6>attached port=printport0 language=pjl"), lines)
    check(lines[1].startswith("<4>monitor"), lines)
    with open(world.dir + "/log", "w", encoding="ascii"):
        pass


# --- questions ----------------------------------------------------------------------------


def test_query(world):
    world.start()
    client = Client(world)
    check_eq(client.ask({"query": "ID", "id": 7}), {"id": 7, "value": "FAKE LaserJet"})
    check_eq(client.ask({"id": {"a": [1, None]}, "query": "ID"}),
             {"id": {"a": [1, None]}, "value": "FAKE LaserJet"})
    check_eq(client.ask({"query": "ID"}), {"id": None, "value": "FAKE LaserJet"})
    check_eq(client.ask({"query": "nonsense", "id": "x"})["error"], "ENOENT")


def test_raw_counts(world):
    world.set("ieee1284_id", "MFG:Star;")
    kernel = world.start(attached="raw")
    kernel.do("open 0", "start 1 a", "write 1000", "end", "start 2 b", "write 1", "abort 125",
              "close")
    client = Client(world)
    check_eq(client.ask({"query": "jobs"})["value"], "2")
    check_eq(client.ask({"query": "bytes"})["value"], "1001")
    check_eq(client.ask({"query": "ID"})["error"], "ENOENT")


def test_query_hostile_answers(world):
    world.start()
    client = Client(world)
    answer = client.ask({"query": "binary"})["value"]
    check_eq(answer, bytes(range(128)).decode() + "\ufffd" * 128)
    check_eq(len(client.ask({"query": "big"})["value"]), 4096)


def test_query_late(world):
    kernel = world.start()
    one, two = Client(world), Client(world)
    for client in (one, two):
        client.send({"query": "late", "id": 1})
    check_eq(one.ask({"query": "ID", "id": 2}), {"id": 2, "value": "FAKE LaserJet"})
    two.close()
    check_eq(one.ask({"status": True})["event"], "status")
    kernel.do("answer")
    check_eq(one.read(), {"id": 1, "value": "better late"})


def test_query_half_closed(world):
    kernel = world.start()
    client = Client(world)
    client.send({"query": "late", "id": 1})
    client.sock.shutdown(socket.SHUT_WR)
    # So that the daemon has seen it.
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")
    kernel.do("answer")
    check_eq(client.read(), {"id": 1, "value": "better late"})
    check_eq(client.read(), None, "end")


def test_queries_bounded(world):
    kernel = world.start()
    client = Client(world)
    for i in range(17):
        client.send({"query": "late", "id": i})
    answer = client.read()
    check_eq((answer["id"], answer["error"]), (16, "EAGAIN"))
    # Those of clients that left count, until they are answered.
    client.close()
    for _ in range(3):
        client = Client(world)
        for i in range(16):
            client.send({"query": "late", "id": i})
        check_eq(client.ask({"status": True})["event"], "status")
        client.close()
    client = Client(world)
    check_eq(client.ask({"query": "late"})["error"], "EAGAIN")
    kernel.do("answer")
    check_eq(client.ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_query_while_detached(world):
    world.set_node("busy")
    world.start(attached=None)
    soon(lambda: os.path.exists(world.socket), "socket")
    client = Client(world)
    check_eq(client.ask({"query": "ID"})["error"], "EAGAIN")
    check_eq(client.ask({"status": True})["language"], None)


def test_query_answered_at_detach(world):
    kernel = world.start()
    client = Client(world)
    client.send({"query": "late", "id": 5})
    check_eq(client.ask({"query": "ID"})["value"], "FAKE LaserJet")
    kernel.do("expel")
    check_eq(client.read()["error"], "ENODEV")
    world.kernel("pjl")


# --- garbage ------------------------------------------------------------------------------


GARBAGE = (
    b"x", b"{", b"[]", b"null", b"1", b'"query"', b"{}", b'{"query":1}', b'{"query":""}',
    b'{"query":null}', b'{"query":"a\\u0000b"}', b'{"subscribe":1}', b'{"status":false}',
    b'{"query":"ID","status":true}', b'{"query":"ID","x":1}', b"{'query':'ID'}",
    b'{"query":"ID"}}', b'{"query":"ID"} x', b'{"query":"ID",}', b"\x00", b"\xff\xfe",
    b'{"query":"\xff"}', b'{"query":"ID"}\x00', b'{"id":' + b"[" * 60 + b"]" * 60 + b"}",
    b'{"query":"ID","id":"' + b"x" * 300 + b'"}', b'{"query":"' + b"k" * 4097 + b'"}',
    b"[" * 8000, b'{"query":"ID"', b"\t", b"/* x */ {}",
)


def test_garbage(world):
    world.start()
    client = Client(world)
    for line in GARBAGE:
        client.sock.sendall(line + b"\n")
        answer = client.read()
        check_eq(answer.get("error"), "EINVAL", line[:40])
        check("message" in answer, answer)
    client.sock.sendall(b"\n\n\n")
    check_eq(client.ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_random_garbage(world):
    world.start()
    letters = b'{}[]":,\\u0 query subscribe status id true false null \n\n\x00\xff'
    seed = 1
    for _ in range(30):
        client = Client(world)
        data = bytearray()
        for _ in range(6000):
            seed = (seed * 1103515245 + 12345) % 2**31
            data.append(letters[(seed >> 8) % len(letters)])
        client.sock.sendall(data)
        client.close()
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_oversize_line(world):
    world.start()
    client = Client(world)
    longest = b'{"query":"ID","id":1' + b" " * (8191 - 21) + b"}\n"
    check_eq(len(longest), 8192)
    client.sock.sendall(longest)
    check_eq(client.read()["value"], "FAKE LaserJet")
    try:
        client.sock.sendall(b" " * 8192 + b"\n" + b"x" * 100000)
    except (BrokenPipeError, ConnectionResetError):
        pass
    check_eq(client.read()["error"], "EMSGSIZE")
    check(client.is_closed(), "goes on")
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_byte_by_byte(world):
    world.start()
    client = Client(world)
    for byte in b'\n{"query":"ID","id":1}\n':
        client.sock.sendall(bytes([byte]))
    check_eq(client.read(), {"id": 1, "value": "FAKE LaserJet"})


def test_pipelined(world):
    world.start()
    client = Client(world)
    count = 3000
    total = b"".join(b'{"query":"ID","id":%d}\n' % i for i in range(count))
    client.sock.setblocking(False)
    seen = b""
    while seen.count(b"\n") < count:
        try:
            total = total[client.sock.send(total):] if total else total
        except BlockingIOError:
            pass
        try:
            seen += client.sock.recv(65536)
        except BlockingIOError:
            time.sleep(0.001)
    check_eq([json.loads(line)["id"] for line in seen.splitlines()], list(range(count)))


def test_pipelined_big(world):
    """Requests that waited for room to answer go on when there is."""
    world.start()
    client = Client(world)
    client.sock.sendall(b'{"query":"big"}\n' * 12)
    for _ in range(12):
        check_eq(len(client.read()["value"]), 4096)


def test_who_does_not_read_waits(world):
    """One that asks and does not read is held up, and nobody else."""
    world.start()
    client = Client(world)
    client.sock.setblocking(False)
    sent = 0
    idle = 0
    while idle < 20:
        try:
            sent += client.sock.send(b'{"query":"big"}\n' * 100)
            idle = 0
        except BlockingIOError:
            idle += 1
            time.sleep(0.01)
        check(sent < 20_000_000, "it takes without end")
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")
    before = cpu_seconds(world.process.pid)
    time.sleep(0.5)
    check(cpu_seconds(world.process.pid) - before < 0.2, "spins")


# --- clients ------------------------------------------------------------------------------


def test_hundred_clients(world):
    world.start()
    clients = [Client(world) for _ in range(100)]
    served, refused = [], 0
    for client in clients:
        try:
            answer = client.ask({"query": "ID", "id": 1})
        except (BrokenPipeError, ConnectionResetError):
            answer = client.read()
        if answer.get("value") == "FAKE LaserJet":
            served.append(client)
        else:
            check_eq(answer.get("error"), "EAGAIN")
            check(client.is_closed(), "not closed")
            refused += 1
    check_eq((len(served), refused), (32, 68))
    served[5].close()
    served[6].close()

    def let_in():
        try:
            return Client(world).ask({"query": "ID"}).get("value") == "FAKE LaserJet"
        except (BrokenPipeError, ConnectionResetError):
            return False

    soon(let_in, "a place is free")


def test_slow_subscriber_dropped(world):
    kernel = world.start()
    slow, good = Client(world), Client(world)
    slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for client in (slow, good):
        check_eq(client.ask({"subscribe": True})["event"], "status")
    for i in range(40):
        kernel.do(f"progress 1 {i + 1} 200")
        for _ in range(200):
            check_eq(good.event("job")["pages"], i + 1)
    last = {}
    while True:
        news = slow.read()
        if news is None:
            break
        last = news
    check_eq(last, {"event": "dropped", "error": "ENOBUFS"})
    check_eq(good.ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_stubborn_subscriber_dropped(world):
    """One that does not even read its last words loses its place."""
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    for i in range(40):
        kernel.do(f"progress 1 {i + 1} 200")
    fds = f"/proc/{world.process.pid}/fd"
    before = len(os.listdir(fds))
    soon(lambda: len(os.listdir(fds)) < before, "its file descriptor is closed")


def test_memory_bounded(world):
    kernel = world.start()

    def rss():
        with open(f"/proc/{world.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("progress 1 1 1000")
    for _ in range(1000):
        client.event("job")
    before = rss()
    for i in range(30):
        kernel.do(f"progress 1 {i + 1} 1000")
        for _ in range(1000):
            client.event("job")
    # ASan keeps what was freed for a while.
    check(rss() - before < 300_000_000, f"{before} to {rss()}")


# --- news ---------------------------------------------------------------------------------


def test_subscribe(world):
    kernel = world.start()
    client = Client(world)
    first = client.ask({"subscribe": True, "id": "s"})
    check_eq((first["event"], first["id"], first["state"], first["status"],
              first["reasons"]), ("status", "s", "closed", "idle", []))
    kernel.do("open 0", "start 5 letter.ps", "progress 5 1", "end", "delivered 5 0",
              "printed 5 0 3", "close")
    check_eq([client.read() for _ in range(7)], [
        {"event": "open"},
        {"event": "job", "id": 5, "state": "started", "name": "letter.ps"},
        {"event": "job", "id": 5, "state": "progress", "pages": 1, "name": "letter.ps"},
        {"event": "job", "id": 5, "state": "done", "name": "letter.ps"},
        {"event": "job", "id": 5, "state": "delivered", "name": "letter.ps"},
        {"event": "job", "id": 5, "state": "printed", "pages": 3, "name": "letter.ps"},
        {"event": "close"}])


def test_job_ends(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("open 0", "start 1 a", "abort 125", "start 2 b", "abort 5",
              "start 3 c", "end", "delivered 3 104", "start 4 d", "end", "delivered 4 0",
              "printed 4 61 0", "start 5 e", "end", "delivered 5 0", "printed 5 125 0")
    seen = []
    while len(seen) < 15:
        news = client.event("job")
        seen.append((news["id"], news["state"], news.get("error")))
    check_eq([one for one in seen if one[1] not in ("started", "done")], [
        (1, "aborted", "ECANCELED"), (2, "failed", "EIO"), (3, "failed", "ECONNRESET"),
        (4, "delivered", None), (4, "unconfirmed", None), (5, "delivered", None),
        (5, "failed", "ECANCELED")])


def test_refused_open(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("open 666", "open 0")
    check_eq(client.read(), {"event": "open"})
    check_eq(client.ask({"status": True})["open"], True)


def test_status(world):
    kernel = world.start()
    client, other = Client(world), Client(world)
    client.ask({"subscribe": True})
    world.set("state", "open")
    world.set("status", "stopped")
    world.set("reasons", "media-empty cover-open")
    kernel.do("reasons", "reasons")
    wanted = {"event": "status", "state": "open", "status": "stopped",
              "reasons": ["media-empty", "cover-open"]}
    check_eq(client.read(), wanted)
    check_eq(other.ask({"status": True, "id": 1}),
             {**wanted, "id": 1, "port": "printport0", "language": "pjl", "open": False})
    # The second time was no news.
    check_eq(client.ask({"query": "ID", "id": 3})["id"], 3)


def test_unsubscribe(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    client.ask({"subscribe": False})
    kernel.do("open 0", "close")
    check_eq(client.ask({"query": "ID", "id": 3})["id"], 3)


def test_names_are_private(world):
    os.chmod(world.dir, 0o755)
    kernel = world.start()
    os.chmod(world.socket, 0o666)
    root, owner, other = Client(world), Client(world, uid=1234), Client(world, uid=NOBODY)
    for client in (root, owner, other):
        client.ask({"subscribe": True})
    kernel.do("open 1234", "start 1 secret plans\xff", "end", "delivered 1 0",
              "printed 1 0 0", "close")
    for _ in range(4):
        check_eq(root.event("job")["name"], "secret plans\xff")
        check_eq(owner.event("job")["name"], "secret plans\xff")
        check("name" not in other.event("job"), "told to a stranger")


def test_socket_mode(world):
    world.set_config("[daemon]\nsocket-group = lp\n")
    world.start()
    info = os.stat(world.socket)
    check_eq(stat.S_IMODE(info.st_mode), 0o660, "mode")
    check_eq(info.st_gid, 7, "group lp")


def test_socket_unknown_group(world):
    world.set_config("[daemon]\nsocket-group = nosuchgroup\n")
    world.start()
    world.logged("the socket's group is not known")
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_second_daemon(world):
    world.start()
    code, text = world.run()
    check_eq(code, 1, text)
    check("another printportd serves this port" in text, text)
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")


def test_stale_socket(world):
    os.mkdir(world.dir + "/run")
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(world.socket)
    left.close()
    world.start()
    check_eq(Client(world).ask({"query": "ID"})["value"], "FAKE LaserJet")


# --- the port comes and goes ------------------------------------------------------------------


def test_waits_for_port(world):
    world.set_node("busy")
    world.start(attached=None)
    world.logged("waiting")
    time.sleep(0.3)
    world.set_node("free")
    world.kernel("pjl")


def test_stops_while_waiting(world):
    world.set_node("busy")
    world.start(attached=None)
    world.logged("waiting")
    world.signal(signal.SIGTERM)
    world.ended()


def test_port_goes_while_waiting(world):
    world.set_node("busy")
    world.start(attached=None)
    world.logged("waiting")
    shutil.rmtree(world.port)
    world.ended()


def test_unplugged(world):
    kernel = world.start()
    kernel.do("open 0", "start 1 a")
    shutil.rmtree(world.port)
    kernel.do("expel")
    world.ended()


def test_expelled(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("open 0", "start 1 a", "end", "start 2 b", "expel")
    kernel = world.kernel("pjl")
    kernel.do("open 0")
    check_eq([client.read() for _ in range(8)], [
        {"event": "open"},
        {"event": "job", "id": 1, "state": "started", "name": "a"},
        {"event": "job", "id": 1, "state": "done", "name": "a"},
        {"event": "job", "id": 2, "state": "started", "name": "b"},
        {"event": "job", "id": 1, "state": "unconfirmed", "name": "a"},
        {"event": "job", "id": 2, "state": "failed", "error": "ENODEV", "name": "b"},
        {"event": "close"},
        {"event": "open"}])
    world.logged("lost the port")


def test_expelled_again_and_again(world):
    kernel = world.start()
    began = time.monotonic()
    for _ in range(5):
        kernel.do("expel")
        kernel = world.kernel("pjl")
    # 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s
    check(time.monotonic() - began > 2.5, "no pauses")


def test_gone_and_back_between(world):
    kernel = world.start()
    world.set_node("gone")
    kernel.do("expel")
    time.sleep(0.5)
    world.set_node("free")
    world.kernel("pjl")


# --- the end ----------------------------------------------------------------------------------


def test_stop_at_once(world):
    kernel = world.start()
    world.signal(signal.SIGTERM)
    kernel.expect("detached")
    world.ended()


def test_stop_waits_for_close(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("open 0", "start 1 a")
    world.signal(signal.SIGTERM)
    time.sleep(0.3)
    check(world.process.poll() is None, "did not wait")
    check_eq(client.event("open"), {"event": "open"})
    kernel.do("end", "close")
    time.sleep(0.2)
    check(world.process.poll() is None, "did not wait for the last byte")
    kernel.sock.sendall(b"delivered 1 0\n")
    kernel.expect("detached")
    world.ended()


def test_stop_bounded(world):
    kernel = world.start("--stop-ms", "300")
    kernel.do("open 0", "start 1 a")
    began = time.monotonic()
    world.signal(signal.SIGTERM)
    kernel.expect("detached while open")
    world.ended()
    check(0.25 < time.monotonic() - began < 5, "bound")


def test_stop_while_spooler_opens(world):
    """The kernel knows of a spooler that we have not been told of."""
    kernel = world.start()
    world.set_node("held")
    world.signal(signal.SIGTERM)
    time.sleep(0.3)
    check(world.process.poll() is None, "took the port away")
    kernel.do("open 0", "close")
    world.set_node("free")
    kernel.expect("detached")
    world.ended()


def test_reload(world):
    kernel = world.start()
    kernel.expect("option 60000")
    world.set_config("[language pjl]\neoj-ms = 18\n")
    world.signal(signal.SIGHUP)
    kernel.expect("detached")
    world.kernel("pjl").expect("option 18")


def test_reload_unchanged(world):
    kernel = world.start()
    world.signal(signal.SIGHUP)
    world.logged("configuration read again")
    kernel.do("open 0")


def test_reload_while_open(world):
    kernel = world.start()
    kernel.do("open 0")
    world.set_config("[daemon]\nlanguage = raw\n")
    world.signal(signal.SIGHUP)
    time.sleep(0.3)
    kernel.do("reasons")
    check("read again" not in world.log(), "read while open")
    kernel.sock.sendall(b"close\n")
    kernel.expect("detached")
    world.kernel("raw")


def test_reload_bad(world):
    kernel = world.start()
    world.set_config("[nonsense]\n")
    world.signal(signal.SIGHUP)
    world.logged("the old configuration stays in force")
    kernel.do("open 0", "close")


def test_reload_none(world):
    kernel = world.start()
    world.set_config("[daemon]\nlanguage = none\n")
    world.signal(signal.SIGHUP)
    kernel.expect("detached")
    world.ended()


# --- asking the printer ------------------------------------------------------------------------


def start_probe(world):
    world.set("ieee1284_id", "MFG:Star;")
    world.set_config("[daemon]\nprobe = yes\n")
    kernel = world.start()
    kernel.expect("probe")
    return kernel


def test_probe_yes(world):
    kernel = start_probe(world)
    kernel.do("probed 1", "open 0", "close")
    world.logged("the printer speaks it")


def test_probe_no(world):
    kernel = start_probe(world)
    kernel.sock.sendall(b"probed 0\n")
    kernel.expect("detached")
    kernel = world.kernel("raw")
    kernel.do("expel")
    # It is not asked again.
    world.kernel("raw")


def test_probe_no_while_open(world):
    kernel = start_probe(world)
    kernel.do("open 0", "probed 0", "start 1 a", "end", "delivered 1 0")
    kernel.sock.sendall(b"close\n")
    kernel.expect("detached")
    world.kernel("raw")


def test_no_probe_unless_wanted(world):
    world.set("ieee1284_id", "MFG:Star;")
    world.start(attached="raw")


# --- systemd ----------------------------------------------------------------------------------


def test_notifies(world):
    path = world.dir + "/notify"
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(path)
    sock.settimeout(PATIENCE)
    environment = {**world.environment(), "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"}
    with open(world.dir + "/log", "wb") as log:
        world.process = subprocess.Popen(world.command(), stderr=log, env=environment)
    world.kernel("pjl")
    seen = []
    while seen.count("WATCHDOG=1") < 3:
        seen += sock.recv(4096).decode().splitlines()
    check("READY=1" in seen, seen)
    check("STATUS=Attached, language pjl." in seen, seen)
    check(os.path.exists(world.socket), "ready before it listens")


def test_idle_costs_nothing(world):
    kernel = world.start()
    client = Client(world)
    client.ask({"subscribe": True})
    kernel.do("open 0", "close")
    time.sleep(0.5)
    with open(f"/proc/{world.process.pid}/status", encoding="ascii") as file:
        before = [line for line in file if line.startswith("voluntary")]
    time.sleep(1.5)
    with open(f"/proc/{world.process.pid}/status", encoding="ascii") as file:
        check_eq([line for line in file if line.startswith("voluntary")], before, "wake-ups")


def run_test(daemon, name, test):
    world = World(daemon)
    try:
        test(world)
        world.finish()
        log = world.dir + "/log"
        if os.path.exists(log):
            check("Sanitizer" not in world.log() and "runtime error" not in world.log(),
                  world.log())
        print(f"ok {name}")
        return True
    except Exception as trouble:  # pylint: disable=broad-except
        print(f"FAIL {name}: {type(trouble).__name__}: {trouble}")
        if os.path.exists(world.dir + "/log"):
            for line in world.log().splitlines()[-40:]:
                print("    | " + line)
        return False
    finally:
        world.clean()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tests = [(name[5:], test) for name, test in globals().items()
             if name.startswith("test_") and (not sys.argv[2:] or name[5:] in sys.argv[2:])]
    results = [run_test(os.path.abspath(sys.argv[1]), name, test) for name, test in tests]
    print(f"daemon: {results.count(True)} passed, {results.count(False)} failed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
