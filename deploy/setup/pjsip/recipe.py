"""How the binding is built from PJSIP's source: what is changed, configured and compiled.

Everything that decides what comes out is in this file, config_site.h and media_frame.i; their
digest names the build in the cache, so that a change of any of them builds anew.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import sysconfig
import threading
from pathlib import Path

from common import SetupError, digest, run, say

HERE = Path(__file__).resolve().parent
FILES = [HERE / name for name in ("recipe.py", "config_site.h", "media_frame.i")]
SWIG = Path("pjsip-apps/src/swig")
LIBRARIES = ("pjlib", "pjlib-util", "pjnath", "pjmedia", "pjsip")
CONFIGURE = """
    --enable-epoll --disable-sound --disable-video
    --with-external-srtp --with-external-speex --with-external-gsm
    --disable-resample --enable-libsamplerate
    --disable-libwebrtc --disable-libwebrtc-aec3 --disable-libyuv --disable-speex-aec
    --disable-bcg729 --disable-ilbc-codec --disable-g7221-codec
""".split()
# Without -g0, the flags that Python itself was built with make the module five times as large.
FLAGS = "-O2 -fPIC -DNDEBUG -g0"


def key() -> str:
    """Return a digest of all that decides how the binding is built, save PJSIP's version."""
    system = platform.freedesktop_os_release()
    abi = str(sysconfig.get_config_var("SOABI"))
    return digest([*FILES, abi, system.get("ID", ""), system.get("VERSION_ID", "")])


def replace(path: Path, pattern: str, text: str) -> None:
    """Replace the one match of `pattern` in a source file; raise SetupError if there is none."""
    old = path.read_text(encoding="utf-8")
    new, count = re.subn(pattern, lambda match: text, old, count=1)
    if count != 1:
        raise SetupError(f"{path.name} of this PJSIP no longer has the place that we change")
    path.write_text(new, encoding="utf-8")


def prepare(tree: Path) -> None:
    """Put our configuration and changes into the unpacked source."""
    shutil.copyfile(HERE / "config_site.h", tree / "pjlib/include/pj/config_site.h")
    # Debian's tarball leaves out a file with an unclear licence that the build still lists.
    missing = tree / "pjmedia/src/pjmedia-audiodev/bdimad_dev.c"
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.write_text("typedef int pjmedia_no_bdimad;\n", encoding="ascii")
    # An agent on the machine itself, and every test, speaks WebRTC over 127.0.0.1. The address
    # is offered only by sockets that are bound to it, so nobody else is shown it.
    replace(
        tree / "pjnath/src/pjnath/ice_strans.c",
        r"if \(stun_cfg->loop_addr\s*==\s*PJ_FALSE\)",
        "if (PJ_FALSE)",
    )
    # The address that the call negotiated keeps its call. PJSIP gives a stream to whoever sends
    # first: after a restart, callers of the run before still send, and would be heard and hear.
    # What a stranger sent is forgotten: its sequence numbers would make the real ones too old.
    same_address = "if (pj_sockaddr_cmp(&c_strm->rem_rtp_addr, param->src_addr) == 0) {"
    replace(
        tree / "pjmedia/src/pjmedia/stream_imp_common.c",
        re.escape(same_address),
        f"""if (pj_sockaddr_cmp(&c_strm->rem_rtp_addr, param->src_addr) != 0 &&
            pj_sockaddr_cmp(&c_strm->si->rem_addr, param->src_addr) == 0)
        {{
            pj_sockaddr_cp(&c_strm->rem_rtp_addr, param->src_addr);
            c_strm->rtp_src_cnt = 0;
            c_strm->rem_rtp_flag = badssrc? 2: 1;
            c_strm->rtcp.peer_ssrc = pj_ntohl(hdr->ssrc);
            channel->rtp.peer_ssrc = pj_ntohl(hdr->ssrc);
            channel->rtp.received = 0;
            pj_mutex_lock(c_strm->jb_mutex);
            pjmedia_jbuf_reset(c_strm->jb);
            pj_mutex_unlock(c_strm->jb_mutex);
            param->rem_switch = PJ_TRUE;
        }} else {same_address}""",
    )
    shutil.copyfile(HERE / "media_frame.i", tree / SWIG / "media_frame.i")
    replace(
        tree / SWIG / "pjsua2.i",
        r'%include "std_string\.i"\n',
        '%include "std_string.i"\n%include "media_frame.i"\n',
    )
    for script in ("configure", "aconfigure", "config.guess", "config.sub"):
        if (tree / script).exists():
            (tree / script).chmod(0o755)


def objects(tree: Path) -> int:
    """Return how many C files `make lib` compiles, from the lists that `make dep` wrote."""
    total = 0
    for library in LIBRARIES:
        for listed in (tree / library / "build").glob(".*.depend"):
            if not re.search("test|turn|sample", listed.name):
                total += len(re.findall(r"\.o:", listed.read_text(errors="replace")))
    return max(total, 1)


def compile_libraries(tree: Path, log: Path, env: dict[str, str]) -> None:
    """Compile PJSIP's C libraries, saying every few seconds how far it is."""
    total = objects(tree)
    finished = threading.Event()

    def report() -> None:
        while not finished.wait(8):
            done = sum(1 for _ in tree.rglob("*.o"))
            say(f"compiling PJSIP: {min(99, done * 100 // total)} %")

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        jobs = str(len(os.sched_getaffinity(0)))
        run(["make", f"-j{jobs}", "lib"], "compiling PJSIP", log, cwd=tree, env=env)
    finally:
        finished.set()
        reporter.join()


def build(tree: Path, log: Path) -> None:
    """Configure and compile the prepared source in `tree`, then its Python binding."""
    env = {**os.environ, "CFLAGS": FLAGS, "CXXFLAGS": FLAGS, "LC_ALL": "C"}
    # `make setup` hands these down, and PJSIP's own make would obey them.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
        env.pop(name, None)
    say("configuring PJSIP")
    run(["./configure", *CONFIGURE], "configuring PJSIP", log, cwd=tree, env=env)
    # libsamplerate takes its place; the flag stays behind in the generated file.
    makefile = tree / "build.mak"
    makefile.write_text(re.sub(r"-lresample\S*", "", makefile.read_text()), encoding="utf-8")
    run(["make", "dep"], "working out PJSIP's dependencies", log, cwd=tree, env=env)
    compile_libraries(tree, log, env)
    say("compiling the Python binding (one large file, about a minute)")
    command = ["make", f"PYTHON_EXE={sys.executable}"]
    run(command, "compiling the Python binding", log, cwd=tree / SWIG / "python", env=env)


def collect(tree: Path, target: Path) -> None:
    """Copy the finished module out of the source tree into `target`."""
    python = tree / SWIG / "python"
    modules = list(python.glob("build/lib*/_pjsua2*.so"))
    if len(modules) != 1:
        raise SetupError("the build left no _pjsua2 module behind")
    target.mkdir(parents=True)
    shutil.copyfile(modules[0], target / modules[0].name)
    shutil.copyfile(python / "pjsua2.py", target / "pjsua2.py")
