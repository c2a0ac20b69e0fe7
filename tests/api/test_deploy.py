"""The parts of deploy/serve and tests/run that install and build, on checkouts and machines that are made up.

SPDX-License-Identifier: MIT
"""
import os
import shutil
import subprocess
import time

import pytest

from harness.process import TOP

PARTS = "; ".join(f'. "{TOP}/deploy/lib/{part}.sh"' for part in ("common", "packages", "build"))


def shell(script, **environment):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", f"{PARTS}\n{script}"], capture_output=True, text=True,
                          env=os.environ | environment)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A checkout of a program that says two words: one of a source, one of a file that is made from another."""
    top = tmp_path_factory.mktemp("tree")
    for directory in ("app", "lib", "sql", "tests", "deploy"):
        (top / directory).mkdir()
    (top / "configure.ac").write_text("AC_INIT([made],[1])\nAC_CONFIG_AUX_DIR([build-aux])\n"
                                      "AM_INIT_AUTOMAKE([foreign subdir-objects])\nAC_PROG_CC\n"
                                      "AC_CONFIG_HEADERS([config.h])\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n")
    (top / "Makefile.am").write_text("AM_CPPFLAGS = -I$(builddir)/lib -I$(srcdir)/lib\nbin_PROGRAMS = rowgate\n"
                                     "rowgate_SOURCES = app/main.c\nBUILT_SOURCES =\ninclude lib/module.am\n")
    (top / "lib" / "module.am").write_text("BUILT_SOURCES += lib/word.h\nlib/word.h: lib/word.txt\n"
                                           "\tmkdir -p lib && cp $(srcdir)/lib/word.txt $@\n"
                                           "app/main.$(OBJEXT): lib/word.h\n")
    write(top, "one", "two")
    return top


def write(top, first, second):
    (top / "lib" / "word.txt").write_text(f'#define WORD "{second}"\n')
    (top / "app" / "main.c").write_text('#include <stdio.h>\n#include "word.h"\n'
                                        f'int main(void) {{ puts("{first} " WORD); return 0; }}\n')


def build_here(top):
    subprocess.run("[ -x configure ] || autoreconf -fi; [ -f Makefile ] || ./configure -q; make -s", shell=True,
                   cwd=top, check=True, capture_output=True)
    return says(top / "rowgate")


def build_there(top):
    done = shell(f'top="{top}"; build_rowgate "{top}/build" rowgate')
    assert done.returncode == 0, done.stderr + done.stdout
    return says(top / "build" / "rowgate")


def says(program):
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("order", [(build_here, build_there), (build_there, build_here)], ids=["here", "there"])
def test_a_build_in_the_checkout_and_one_elsewhere_do_not_exclude_each_other(tree, tmp_path, order):
    top = tmp_path / "tree"
    shutil.copytree(tree, top)
    for first, second in (("one", "two"), ("three", "four"), ("three", "five"), ("six", "five")):
        time.sleep(0.01)
        write(top, first, second)
        assert [build(top) for build in order] == [f"{first} {second}"] * 2
    # What is gone from the checkout is gone from the build's source.
    if (top / "build" / "source").exists():
        (top / "lib" / "old.h").write_text("")
        build_there(top)
        assert (top / "build" / "source" / "lib" / "old.h").exists()
        (top / "lib" / "old.h").unlink()
        build_there(top)
        assert not (top / "build" / "source" / "lib" / "old.h").exists()


@pytest.mark.parametrize("registry", ["http://127.0.0.1:9/", "http://192.0.2.1/"], ids=["refuses", "silent"])
def test_npm_that_cannot_be_reached_is_said_after_seconds(tmp_path, registry):
    began = time.monotonic()
    done = shell(f'npm_install {tmp_path}/a jose || npm_install {tmp_path}/b jose || echo failed',
                 npm_config_registry=registry, npm_config_proxy="", npm_config_https_proxy="", http_proxy="",
                 https_proxy="", HTTP_PROXY="", HTTPS_PROXY="")
    assert "failed" in done.stdout and f"npm's registry cannot be reached: {registry}" in done.stderr
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("left, said", [
    ([], None), (["etc/systemd/system/multi-user.target.wants/lighttpd.service"], "lighttpd"),
    (["etc/systemd/system/multi-user.target.wants/nginx.service", "etc/rc2.d/S01nginx", "etc/rc2.d/K01apache2",
      "etc/systemd/system/timers.target.wants/clean.timer"], "clean.timer nginx"),
])
def test_what_packages_have_left_enabled_is_said(tmp_path, left, said):
    """dpkg and apt-get stand in for the machine's: they install what leaves these links."""
    programs, root = tmp_path / "programs", tmp_path / "root"
    programs.mkdir()
    (root / "etc/systemd/system/multi-user.target.wants").mkdir(parents=True)
    (root / "etc/systemd/system/multi-user.target.wants/ssh.service").symlink_to("/ssh.service")
    links = "; ".join(f'mkdir -p "{(root / link).parent}"; ln -s /x "{root / link}"' for link in left) or ":"
    for name, text in (("dpkg-query", "exit 1"), ("apt-get", links), ("id", "echo 0")):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    done = shell("keep_services_down() { :; }; need_packages some-server", SYSTEM_ROOT=str(root),
                 PATH=f"{programs}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert ("run by themselves" in done.stderr) == bool(said)
    if said:
        assert f"run by themselves: {said} (systemctl disable {said}," in done.stderr


def test_the_package_lets_what_runs_go_on_with_systemd_of_before_252(tmp_path):
    """It knows no --kill-whom, and ends there with an error that the package does not tell."""
    script = (TOP / "deploy" / "debian" / "rowgate.postinst").read_text()
    (tmp_path / "postinst").write_text(script.replace("/run/systemd/system", str(tmp_path))
                                       .replace("/usr/sbin/policy-rc.d", str(tmp_path / "none")))
    (tmp_path / "systemctl").write_text(
        "#!/bin/sh\ncase $* in *--kill-whom*) echo unrecognized option >&2; exit 1 ;; esac\n"
        f"echo $* >>{tmp_path}/asked\n")
    (tmp_path / "systemctl").chmod(0o755)
    done = subprocess.run(["sh", tmp_path / "postinst", "configure", "0.0.9"], capture_output=True, text=True,
                          env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "kill --kill-who=main --signal=HUP rowgate.service" in (tmp_path / "asked").read_text()
