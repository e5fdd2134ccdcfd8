# SPDX-License-Identifier: MIT
"""A cluster of one node, with Debian's Slurm and munge: made, used and ended
here, on loopback."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

NEEDED = ("munged", "slurmctld", "slurmd", "srun", "sbatch")

# No cgroups, which containers have no right to; a node of as many processors
# as tasks are started on.
CONFIG = """\
ClusterName=samebits
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={dir}/munge.socket
CredType=cred/munge
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SrunPortRange={ports[2]}-{ports[3]}
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.pid
SlurmctldLogFile={dir}/slurmctld.log
SlurmdLogFile={dir}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=2
SlurmdParameters=config_overrides
{more}
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = sorted(s.getsockname()[1] for s in sockets)
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """more: lines for slurm.conf; hidden: a directory whose content the node does
    not see is made, where that is possible."""

    def __init__(self, more="", hidden=False):
        self.started = []
        self.dir = tempfile.mkdtemp(prefix="samebits-slurm-", dir="/var/tmp")
        os.chmod(self.dir, 0o755)
        for name in ("state", "spool"):
            os.mkdir(os.path.join(self.dir, name))
        self.host = socket.gethostname().split(".")[0]
        first = free_ports(2)
        # srun wants a range: what the kernel gave, and some above.
        ports = (*first, first[1] + 1, min(first[1] + 200, 65535))
        with open(self.path("slurm.conf"), "w") as f:
            f.write(CONFIG.format(host=self.host, dir=self.dir, ports=ports,
                                  more=more))
        with open(self.path("key"), "wb") as f:
            f.write(os.urandom(1024))
        os.chmod(self.path("key"), 0o400)
        self.hidden = self.path("hidden") if hidden else None
        if hidden:
            os.mkdir(self.hidden)
        self.env = dict(os.environ, SLURM_CONF=self.path("slurm.conf"))

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, *words):
        log = open(self.path(words[0] + ".out"), "w")
        p = subprocess.Popen(words, stdout=log, stderr=log, env=self.env,
                             cwd=self.dir, start_new_session=True)
        log.close()
        self.started.append(p)
        return p

    def begin(self):
        self.start("munged", "--foreground", "--force",
                   "--socket=" + self.path("munge.socket"),
                   "--key-file=" + self.path("key"),
                   "--pid-file=" + self.path("munged.pid"),
                   "--log-file=" + self.path("munged.log"),
                   "--seed-file=" + self.path("munged.seed"),
                   "--num-threads=2")
        self.wait(lambda: os.path.exists(self.path("munge.socket")))
        self.start("slurmctld", "-D", "-i", "-f", self.path("slurm.conf"))
        self.start(*self.hider(), "slurmd", "-D", "-N", self.host, "-f",
                   self.path("slurm.conf"))
        self.wait(self.idle)

    def hider(self):
        words = ("unshare", "-m", "sh", "-c",
                 "mount -t tmpfs none %s && exec \"$@\"" % self.hidden, "sh")
        if self.hidden and subprocess.run((*words, "true"),
                                          stderr=subprocess.DEVNULL).returncode:
            self.hidden = None
        return words if self.hidden else ()

    def idle(self):
        done = subprocess.run(("sinfo", "-h", "-o", "%T"), env=self.env,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip() == "idle"

    def wait(self, ready):
        end = time.monotonic() + 40
        while not ready():
            if (time.monotonic() > end or
                    any(p.poll() is not None for p in self.started)):
                raise RuntimeError(self.told())
            time.sleep(0.1)

    def told(self):
        text = ""
        for name in sorted(os.listdir(self.dir)):
            if name.endswith((".out", ".log")):
                with open(self.path(name), errors="replace") as f:
                    text += "%s: %s\n" % (name, f.read()[-1500:])
        return text

    def cancel(self):
        """Whatever there is of jobs."""
        subprocess.run(("scancel", "-f", "-u", "root"), env=self.env,
                       stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end and subprocess.run(
                ("squeue", "-h"), env=self.env, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL).stdout:
            time.sleep(0.1)

    def end(self):
        if len(self.started) == 3:
            self.cancel()
        for p in reversed(self.started):
            p.send_signal(signal.SIGTERM)
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def run(main, **words):
    """Calls main(cluster) with one that is up; skips where there can be none."""
    lacking = [n for n in NEEDED if not shutil.which(n)]
    if lacking or os.geteuid():
        print("Slurm cannot run here:", "not root" if not lacking else
              "missing " + ", ".join(lacking))
        sys.exit(77)
    # Else what is started would outlive a test that is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    cluster = Cluster(**words)
    try:
        try:
            cluster.begin()
        except RuntimeError as e:
            print("Slurm does not run here:", e)
            sys.exit(77)
        main(cluster)
    finally:
        cluster.end()
