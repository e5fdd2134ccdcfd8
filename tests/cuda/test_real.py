#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""NVIDIA's real libraries, where they are installed, load and bind through the
shim. Without a GPU they answer what they are, refuse what needs one as natively,
and do what the CPU can: cuRAND's host generators, cuDNN's descriptors. 77: none
is installed."""
import os
import shutil
import subprocess
import sys
import tempfile

SB = os.environ["SAMEBITS_BIN"]
LIBS = os.path.join(os.environ.get("CUDA_HOME") or "/usr/local/cuda", "lib64")

USER = r'''
import ctypes, os, sys
from ctypes import byref, c_int, c_int64, c_size_t, c_ulonglong, c_void_p

def open_library(prefix):
    found = sorted(n for n in os.listdir(sys.argv[1])
                   if n.startswith(prefix + ".so."))
    return ctypes.CDLL(os.path.join(sys.argv[1], found[-1])) if found else None

def say(*words):
    print(*words, flush=True)

v, h = c_int(), c_void_p()
blas = open_library("libcublas")
if blas:
    say("cublas", blas.cublasGetProperty(0, byref(v)), v.value)
    say("create", blas.cublasCreate_v2(byref(h)))
    say("gemm", blas.cublasSgemm_v2(None, *([0] * 13)))
lt = open_library("libcublasLt")
if lt:
    lt.cublasLtGetVersion.restype = c_size_t
    say("lt", lt.cublasLtGetVersion(), lt.cublasLtCreate(byref(h)))
    p = c_void_p()
    say("preference", lt.cublasLtMatmulPreferenceCreate(byref(p)))
dnn = open_library("libcudnn")
if dnn:
    dnn.cudnnGetVersion.restype = c_size_t
    say("cudnn", dnn.cudnnGetVersion(), dnn.cudnnCreate(byref(h)))
    say("no handle", dnn.cudnnSetStream(None, None), dnn.cudnnDestroy(None))
    d, n = c_void_p(), c_int64()
    say("backend", dnn.cudnnBackendCreateDescriptor(4, byref(d)),
        dnn.cudnnBackendGetAttribute(d, 202, 15, c_int64(0), byref(n), None))
    pool = c_void_p()
    dnn.cudnnCreatePoolingDescriptor(byref(pool))
    got = [c_int() for i in range(8)]
    say("pooling", dnn.cudnnSetPooling2dDescriptor(pool, 0, 1, 2, 3, 0, 1, 2, 2),
        dnn.cudnnGetPooling2dDescriptor(pool, *[byref(g) for g in got]),
        "mode", got[0].value, *[g.value for g in got[1:]])
rand = open_library("libcurand")
if rand:
    say("curand", rand.curandGetVersion(byref(v)), v.value)
    for kind in (100, 121, 142, 161):
        g, out = c_void_p(), (ctypes.c_uint * 4)()
        say("generator", kind, rand.curandCreateGeneratorHost(byref(g), kind),
            rand.curandSetPseudoRandomGeneratorSeed(g, c_ulonglong(5)),
            rand.curandGenerate(g, out, c_size_t(4)), "drew", *out)
solver = open_library("libcusolver")
if solver:
    say("cusolver", solver.cusolverGetVersion(byref(v)), v.value,
        solver.cusolverDnCreate(byref(h)))
sparse = open_library("libcusparse")
if sparse:
    say("cusparse", sparse.cusparseGetProperty(0, byref(v)), v.value,
        sparse.cusparseCreate(byref(h)))
nccl = open_library("libnccl")
if nccl:
    say("nccl", nccl.ncclGetVersion(byref(v)), v.value)
rt = open_library("libcudart")
if rt:
    say("cudart", rt.cudaRuntimeGetVersion(byref(v)), v.value)
'''


def run(before, env):
    done = subprocess.run(before + ["/usr/bin/python3", "-c", USER, LIBS],
                          env=env, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{before}: {done.returncode}\n{done.stdout}")
    return done.stdout.splitlines()


def main():
    if not os.path.isdir(LIBS) or not any(n.startswith("libcublas.so.")
                                          for n in os.listdir(LIBS)):
        print("skipped: no libraries in", LIBS)
        return 77
    store = tempfile.mkdtemp()
    env = dict(os.environ, XDG_CACHE_HOME=store + "/cache",
               XDG_CONFIG_HOME=store + "/config")
    under = [SB, "run", "-q", "--store", store]
    try:
        native = run([], env)
        audit = run([SB, "audit", "-q", "--store", store, "--"], env)
        forced = run(under + ["--"], env)
        seeded = [run(under + ["--seed", s, "--"], env) for s in "112"]
    finally:
        shutil.rmtree(store)
    print("\n".join(native))
    bad = 0
    # The whole of it, and what changes: the pooling mode (0 to 3) alone.
    want = [x.replace("mode 0", "mode 3") for x in native]
    for name, got, expected in (
            ("audit", audit, native), ("run", forced, want),
            ("the same seed", seeded[0], seeded[1])):
        if got != expected:
            print(f"{name}:\n", "\n ".join(got), "\nnot\n",
                  "\n ".join(expected))
            bad += 1

    def drew(lines):
        return [x for x in lines if "drew" in x]

    if drew(native) and any(a == b for a, b in zip(drew(seeded[0]),
                                                   drew(seeded[2]))):
        print("--seed 1 and 2 agree:", *drew(seeded[0]), sep="\n ")
        bad += 1
    return 1 if bad else 0


sys.exit(main())
