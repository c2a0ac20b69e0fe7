"""Child processes that a test owns: started with a mark in their environment, stopped by id, missed by nobody.

SPDX-License-Identifier: MIT
"""
import contextlib
import os
import pathlib
import pwd
import re
import resource
import signal
import subprocess
import tempfile
import time
import uuid

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("ROWGATE_TEST_BUILD", TOP / "build-test")).resolve()
# Programs of the build are instrumented: they have memory of their own to run out of, and do all a few times slower.
SANITIZED = (BUILD / "rowgate").exists() and b"__asan_init" in (BUILD / "rowgate").read_bytes()

# A shell makes what it starts in the background ignore SIGINT, and so would all that the tests start. What Python
# catches instead a program does not inherit.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until(ask, seconds, what):
    """Asks every 10 ms until the answer is true, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds} s still not: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def open_directory():
    """One for files that a server is to reach as the ordinary user that it runs as: pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="rowgate-test-", dir="/tmp") as directory:
        os.chmod(directory, 0o777)
        yield pathlib.Path(directory)


def run_as(user):
    """The words that make a command run as another user; root only."""
    if os.geteuid() != 0 or pwd.getpwuid(os.geteuid()).pw_name == user:
        return []
    group = str(pwd.getpwnam(user).pw_gid)
    return ["setpriv", "--reuid", user, "--regid", group, "--init-groups"]


def prlimit(pid, which, limits=None):
    """resource.prlimit() as whoever the process is: root may lack the right to do it to others."""
    if os.geteuid() != 0:
        return resource.prlimit(pid, which, *([limits] if limits else []))
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        raise ProcessLookupError(pid) from None
    user, group = (int(re.search(rf"(?m)^{who}:\t(\d+)", status)[1]) for who in ("Uid", "Gid"))
    words = ["import resource, sys", "numbers = [int(word) for word in sys.argv[1:]]",
             "print(*resource.prlimit(*numbers[:2], *([tuple(numbers[2:])] if numbers[2:] else [])))"]
    done = subprocess.run(["/usr/bin/python3", "-c", "; ".join(words), *map(str, (pid, which, *(limits or ())))],
                          user=user, group=group, extra_groups=[], cwd="/", capture_output=True, text=True)
    if "ProcessLookupError" in done.stderr:
        raise ProcessLookupError(pid)
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))


class Process:
    """One command, its output in files, and everything it leaves behind found by the mark."""

    def __init__(self, command, directory, environment=None, cwd=None, says=None):
        """says: bytes for its standard input."""
        self.out = directory / "stdout"
        self.err = directory / "stderr"
        mark = uuid.uuid4().hex
        self.mark = f"TEST_MARK={mark}".encode()
        self.popen = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL if says is None else subprocess.PIPE, cwd=cwd,
            stdout=open(self.out, "wb"), stderr=open(self.err, "wb"), start_new_session=True,
            env={**(os.environ if environment is None else environment), "TEST_MARK": mark})
        if says is not None:
            with self.popen.stdin as pipe:
                pipe.write(says)

    @property
    def log(self):
        return self.out.read_text(errors="replace") + self.err.read_text(errors="replace")

    def send(self, number):
        os.kill(self.popen.pid, number)

    def alive(self):
        return self.popen.poll() is None

    def stop(self, number=signal.SIGTERM, seconds=30):
        """Asks it to end and gives back its exit status."""
        if self.alive():
            self.send(number)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {seconds} s:\n{self.log}") from None

    def kill(self):
        """Ends it and all it started, without asking."""
        for pid in [self.popen.pid, *self.left_behind()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.popen.wait()

    def left_behind(self):
        """Processes other than itself that it started: of its session, or with its mark (programs may erase either)."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.popen.pid:
                try:
                    session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
                    if session == self.popen.pid or self.mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
                except OSError:
                    pass
        return found

    def children(self, name):
        """Those it started itself whose program has this name."""
        found = []
        for pid in self.left_behind():
            try:
                words = pathlib.Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue  # it has ended since
            if int(words.rpartition(")")[2].split()[1]) == self.popen.pid and f"({name})" in words:
                found.append(pid)
        return found
