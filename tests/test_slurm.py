#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A cluster of one node, with Debian's Slurm and munge: made, used and ended
here, on loopback."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["MPI_DIR"]
NEEDED = ("munged", "slurmctld", "slurmd", "srun")

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
SlurmdParameters=config_overrides
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
    def __init__(self):
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
            f.write(CONFIG.format(host=self.host, dir=self.dir, ports=ports))
        with open(self.path("key"), "wb") as f:
            f.write(os.urandom(1024))
        os.chmod(self.path("key"), 0o400)
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
        self.start("slurmd", "-D", "-N", self.host, "-f",
                   self.path("slurm.conf"))
        self.wait(self.idle)

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

    def end(self):
        for p in reversed(self.started):
            p.send_signal(signal.SIGTERM)
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


class Slurm(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-slurm-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, status=0, **variables):
        done = subprocess.run(words, cwd=self.dir, text=True, timeout=120,
                              env=dict(cluster.env, **variables),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, status,
                         done.stderr + done.stdout + cluster.told())
        return done.stdout

    def srun(self, *words, **more):
        return sorted(self.call("srun", "-n", "3", SAMEBITS, "run", "-q",
                                *words, **more).splitlines())

    def report(self, *run):
        return json.loads(self.call(SAMEBITS, "report", "--json", *run))

    DRAW = (sys.executable, "-c", "import os, time; "
            "print(os.urandom(4).hex(), time.time())")

    def test_one_run(self):
        out = [self.srun("--", *self.DRAW) for _ in range(2)]
        self.assertEqual(out[0], out[1])
        self.assertEqual(len(set(out[0])), 3)
        runs = json.loads(self.call(SAMEBITS, "list", "--json"))
        self.assertEqual([r["run"] for r in runs], ["000001", "000002"])
        ranks = self.report("1")["ranks"]
        self.assertEqual((ranks["size"], ranks["status"]), (3, [0, 0, 0]))
        self.call(SAMEBITS, "diff", "1", "2")

    def test_steps_of_a_job(self):
        # Two steps of one job are two runs; the job's own script is none.
        script = os.path.join(self.dir, "job")
        with open(script, "w") as f:
            f.write("#!/bin/sh\ncd %s\n%s run -q -- true\n"
                    "srun -n 2 %s run -q -- true\n"
                    "srun -n 2 %s run -q -- true\ntouch done\n" %
                    (self.dir, SAMEBITS, SAMEBITS, SAMEBITS))
        self.call("sbatch", "-n", "2", "-o", os.path.join(self.dir, "log"),
                  script)
        end = time.monotonic() + 60
        while (not os.path.exists(os.path.join(self.dir, "done")) and
               time.monotonic() < end):
            time.sleep(0.1)
        self.assertEqual([self.report(n)["ranks"] and
                          self.report(n)["ranks"]["started"] for n in "123"],
                         [None, 2, 2])

    def test_status(self):
        self.call("srun", "-n", "2", SAMEBITS, "run", "-q", "--", "sh", "-c",
                  "exit $((SLURM_PROCID * 9))", status=9)
        self.assertEqual(self.report()["ranks"]["status"], [0, 9])

    def test_mpirun_in_a_job(self):
        if not os.path.exists(os.path.join(PROGRAMS, "openmpi_sums")):
            self.skipTest("Open MPI is not installed")
        # Under salloc, mpirun's ranks are the ranks, not srun's.
        out = self.call("salloc", "-n", "3", "mpirun.openmpi", "--mca", "plm",
                        "isolated", "-n", "3", SAMEBITS, "run", "-q", "--mpi",
                        "ordered", "--", os.path.join(PROGRAMS, "openmpi_sums"),
                        OMPI_ALLOW_RUN_AS_ROOT="1",
                        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                        OMPI_MCA_btl="self,vader")
        self.assertEqual(out.count("by rank"), 9)
        self.assertEqual(self.report()["ranks"]["size"], 3)

    def test_outside(self):
        # srun below samebits: its ranks are not under it, and that is said.
        done = subprocess.run((SAMEBITS, "run", "--", "srun", "-n", "2",
                               "true"), cwd=self.dir, env=cluster.env,
                              text=True, stderr=subprocess.PIPE, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("srun samebits run PROGRAM", done.stderr)


if __name__ == "__main__":
    lacking = [n for n in NEEDED if not shutil.which(n)]
    if lacking or os.geteuid():
        print("Slurm cannot run here:", "not root" if not lacking else
              "missing " + ", ".join(lacking))
        sys.exit(77)
    cluster = Cluster()
    try:
        try:
            cluster.begin()
        except RuntimeError as e:
            print("Slurm does not run here:", e)
            sys.exit(77)
        unittest.main()
    finally:
        cluster.end()
