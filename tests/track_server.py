# SPDX-License-Identifier: MIT
"""Servers for test_track.py: a real one of MLflow's, and one with faults."""
import copy
import fcntl
import hashlib
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

# What mlflow's server needs of what the package asks for: the whole is three
# times as large, and takes minutes to install.
WITHOUT_DEPENDENCIES = ["mlflow==3.17.2"]
PACKAGES = ["mlflow-skinny==3.17.2", "wandb==0.31.0", "aiohttp", "alembic<2",
            "cachetools", "flask<4", "flask-cors<7", "graphene<4", "huey<4",
            "pandas<4", "sqlalchemy<3"]
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true",
         "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
         "WANDB_ERROR_REPORTING": "false"}


def install(place):
    shutil.rmtree(place, ignore_errors=True)
    pip = (os.path.join(place, "bin", "pip"), "install", "-q", "--no-input",
           "--disable-pip-version-check")
    for command in (("/usr/bin/python3", "-m", "venv", place),
                    (*pip, *PACKAGES),
                    (*pip, "--no-deps", *WITHOUT_DEPENDENCIES)):
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            return done.stdout.decode(errors="replace").strip()
    open(os.path.join(place, "complete"), "w").close()
    return None


def venv():
    """A directory with mlflow and wandb, and why there is none."""
    wanted = repr((PACKAGES, WITHOUT_DEPENDENCIES))
    top = os.path.expanduser("~/.cache/samebits-tests")
    place = os.path.join(top, "track-" + hashlib.sha256(
        wanted.encode()).hexdigest()[:12])
    try:
        os.makedirs(top, exist_ok=True)
        lock = open(place + ".lock", "w")
    except OSError as e:
        return None, str(e)
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(place, "complete")):
            trouble = install(place)
            if trouble:
                return None, trouble
    return place, None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Mlflow:
    """`mlflow server` on loopback, until end()."""

    def __init__(self, venv, dir, *options):
        self.port = free_port()
        self.uri = "http://127.0.0.1:%d" % self.port
        os.mkdir(dir)
        self.log = open(os.path.join(dir, "log"), "wb")
        self.process = subprocess.Popen(
            (os.path.join(venv, "bin", "mlflow"), "server", "--host",
             "127.0.0.1", "--port", str(self.port), "--workers", "1",
             "--backend-store-uri", "sqlite:///%s/db" % dir, *options),
            stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT, start_new_session=True, cwd=dir,
            env=dict(os.environ, **QUIET))

    def wait(self):
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.uri + "/health", timeout=5)
                return
            except OSError:
                time.sleep(0.2)
        with open(self.log.name) as f:
            text = f.read()
        raise RuntimeError("mlflow server does not start:\n" + text)

    def end(self):
        # Its workers, too: the group is its own, and there until we waited.
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        self.log.close()

    def ask(self, path, **body):
        request = urllib.request.Request(
            self.uri + "/api/2.0/mlflow/" + path,
            json.dumps(body).encode() if body else None,
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def runs(self, experiment):
        """Those of an experiment, oldest first."""
        try:
            found = self.ask("experiments/get-by-name?experiment_name="
                             + experiment)
        except urllib.error.HTTPError as e:
            if e.code == 404:
                return []
            raise
        id = found["experiment"]["experiment_id"]
        runs = self.ask("runs/search", experiment_ids=[id],
                        order_by=["attributes.start_time"]).get("runs", [])
        return [Run(self, r) for r in runs]


class Run:
    def __init__(self, server, run):
        self.server = server
        self.info = run["info"]
        self.id = run["info"]["run_id"]

        def pairs(key):
            return {p["key"]: p["value"] for p in run["data"].get(key, [])}
        self.params, self.metrics, self.tags = map(
            pairs, ("params", "metrics", "tags"))

    def history(self, name):
        """[(step, value)] of a metric."""
        answer = self.server.ask(
            "metrics/get-history?run_id=%s&metric_key=%s" % (self.id, name))
        return sorted((int(m.get("step", 0)), m["value"])
                      for m in answer["metrics"])

    def artifact(self, name):
        where = self.info["artifact_uri"]
        assert where.startswith("mlflow-artifacts:/"), where
        with urllib.request.urlopen(
                self.server.uri + "/api/2.0/mlflow-artifacts/artifacts/"
                + where[len("mlflow-artifacts:/"):] + "/" + name) as f:
            return f.read().decode()


# What a server of MLflow's says to those who only want to get through.
ANSWERS = {
    "get-by-name": {"experiment": {"experiment_id": "1"}},
    "search": {},
    "create": {"run": {"info": {"run_id": "r", "artifact_uri": "s3://b/r"}}},
}


class Faulty(http.server.ThreadingHTTPServer):
    """In front of a real server (target: its port), or of none. fault(request)
    is asked for each: (status, headers, body) to answer so, "lost": serve it
    and answer nothing; None: no fault."""
    daemon_threads = True

    def __init__(self, fault=None, target=None, port=0, tls=None):
        self.fault = fault or (lambda request: None)
        self.target = target
        self.requests = []
        super().__init__(("127.0.0.1", port), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.port = self.server_address[1]
        self.uri = "%s://127.0.0.1:%d" % ("https" if tls else "http",
                                          self.port)
        self.thread = threading.Thread(target=self.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def end(self):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def handle_error(self, request, client_address):
        """Who was killed leaves broken connections."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def forward(self, body):
        if self.server.target is None:
            name = self.path.split("?")[0].rsplit("/", 1)[-1]
            return 200, {}, json.dumps(ANSWERS.get(name, {})).encode()
        c = http.client.HTTPConnection("127.0.0.1", self.server.target,
                                       timeout=60)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() == "content-type"}
        c.request(self.command, self.path, body, headers)
        try:
            answer = c.getresponse()
            return answer.status, {}, answer.read()
        finally:
            c.close()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.body = body
        # This object is the connection's, and serves the next request, too.
        self.server.requests.append(copy.copy(self))
        fault = self.server.fault(self)
        if fault == "lost":
            self.forward(body)
            self.close_connection = True
            return
        status, headers, text = fault or self.forward(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer
