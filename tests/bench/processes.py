"""The figures of the processes: kept connections, many clients, hand-over. Part of tests/bench/run.

SPDX-License-Identifier: MIT
"""
import os
import pathlib
import pwd
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from bench import SINGLE, table


class UnkeptNginx:
    """A second nginx before the same rowgate that opens a connection for each request."""

    def __init__(self, server, work):
        master = server.process.children("nginx")[0]
        run = pathlib.Path(re.search(r" -p (\S+)", cmdline(master))[1])
        owner = pathlib.Path(f"/proc/{master}").stat()
        self.directory = work / "unkept"
        (self.directory / "front").mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for name in ("serve.conf", "rowgate.conf", "location.conf"):
            text = (run / name).read_text().replace(f"{run}/front", f"{self.directory}/front")
            for part in ("rowgate", "location"):
                text = text.replace(f"{run}/{part}.conf", f"{self.directory}/{part}.conf")
            text = re.sub(r"listen [^;]*;", f"listen 127.0.0.1:{port};", text)
            text = re.sub(r"^\s*keepalive(_timeout|_requests)? .*;$", "", text,
                          flags=re.M) if name == "rowgate.conf" else text
            (self.directory / name).write_text(text.replace("fastcgi_keep_conn on", "fastcgi_keep_conn off"))
        subprocess.run(["chmod", "-R", "a+rwX", self.directory], check=True)
        self.url = f"http://127.0.0.1:{port}"
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(["nginx", "-e", "stderr", "-p", self.directory, "-c",
                                             self.directory / "serve.conf"], stderr=log,
                                            user=owner.st_uid, group=owner.st_gid,
                                            extra_groups=os.getgrouplist(pwd.getpwuid(owner.st_uid).pw_name,
                                                owner.st_gid))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def cmdline(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def handed_over(server, bench, load):
    """How many connections change hands in a load without a slow request."""
    from harness.server import workers_of
    workers = [argument for pid in workers_of(server) for argument in ("-p", str(pid))]
    with tempfile.NamedTemporaryFile("r", prefix="rowgate-strace-") as trace:
        watch = subprocess.Popen(["strace", "-q", "-f", "-e", "trace=sendmsg,epoll_pwait", "-o", trace.name, *workers])
        time.sleep(0.3)
        bench.wrk(server, load, seconds=1)
        watch.send_signal(signal.SIGINT)
        watch.wait(20)
        calls = trace.read()
        assert "epoll_pwait" in calls, "strace saw nothing"
        return calls.count("SCM_RIGHTS")


def connections(bench, load):
    """Requests a second through nginx: kept, connection for each request, 100 clients; rounds side by side."""
    server = bench.server("nginx")
    unkept = UnkeptNginx(server, bench.work)
    bench.rate(server, load, seconds=1)
    rates = {"kept, 16 clients": [], "connection for each request": [], "kept, 100 clients": []}
    for _ in range(bench.options.rounds):
        rates["kept, 16 clients"].append(bench.rate(server, load))
        rates["connection for each request"].append(bench.rate(unkept, load))
        rates["kept, 100 clients"].append(bench.rate(server, load, clients=100))
    unkept.stop()
    medians = {name: statistics.median(values) for name, values in rates.items()}
    kept = medians["kept, 16 clients"]
    rows = [[name, f"{rate:,.0f}", f"{rate / kept:.2f}"] for name, rate in medians.items()]
    return rows, handed_over(server, bench, load)


def report(bench):
    rows, handed = connections(bench, SINGLE)
    table(["single row through nginx", "requests/s", "/ kept, 16 clients"], rows)
    print(f"connections handed over in a second of it: {handed}\n")
