#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""NVIDIA's libraries without a GPU: fake ones say what arrived at them.

Each scene of user.c runs linked, from a library that was opened RTLD_LOCAL, and
through dlsym(); natively, under audit (the same must arrive) and under run."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SB = os.environ["SAMEBITS_BIN"]
DIR = os.environ["CUDA_DIR"]
GROUPS = ["cublas", "cublaslt", "cudnn", "curand", "cusolver", "cusparse",
          "nccl", "cuda"]
WAYS = {
    "linked": [f"{DIR}/cuda_linked"],
    "local": [f"{DIR}/cuda_opener", f"{DIR}/cuda_user.so"],
    "dlsym": [f"{DIR}/cuda_dlsym"],
}
SCENES = ["atomics", "workspaces", "forked", "nothing", "heuristics", "lt",
          "algorithms", "one_algorithm", "no_algorithm", "backward",
          "pooling", "dropout", "ctc", "backend", "generators", "solver",
          "sparse", "ranks", "launches", "entry_points", "calls",
          "convolved_in_streams"]
# What must arrive, and what the program sees, where it is not as natively.
FORCED = {
    "atomics": """
cublasCreate_v2 131
cublasSetAtomicsMode 131 0
cublasSetAtomicsMode 131 0
cublasSetMathMode 131 3
cublasSetEmulationStrategy 131 0
cublasDestroy_v2 131
""",
    "workspaces": """
cublasCreate_v2 131
cublasSetAtomicsMode 131 0
cublasCreate_v2 132
cublasSetAtomicsMode 132 0
cublasSetStream_v2 131 1
cudaMalloc 33554432
cublasSetWorkspace_v2 131 1001 33554432
cublasSetStream_v2 131 2
cudaMalloc 33554432
cublasSetWorkspace_v2 131 1002 33554432
cublasSetStream_v2 131 1
cublasSetWorkspace_v2 131 1001 33554432
cublasSetStream_v2 131 99
cublasSetWorkspace_v2 132 77 4096
cublasSetStream_v2 132 1
cublasDestroy_v2 132
cublasDestroy_v2 131
cudaFree 1001
cudaFree 1002
""",
    "heuristics": """
cublasLtCreate
cublasLtMatmulAlgoGetHeuristic rows=64 mask=0 align=16,0,0,0 wanted=3
status 0 found 1 algo 1
cublasLtMatmulAlgoGetHeuristic rows=32 mask=0 align=16,0,0,0 wanted=3
status 0 found 1 algo 2
status 0 found 1 algo 1
cublasLtMatmulAlgoGetHeuristic rows=64 mask=0 align=8,0,0,0 wanted=3
status 0 found 1 algo 3
cublasLtMatmulAlgoGetHeuristic rows=64 mask=0 align=16,0,0,0 wanted=3
cublasLtMatmulAlgoGetHeuristic rows=64 mask=1 align=16,0,0,0 wanted=3
status 0 found 1 algo 4
cublasLtMatmulAlgoGetHeuristic rows=64 mask=0 align=16,0,0,0 wanted=3
cublasLtMatmulAlgoGetHeuristic rows=64 mask=1 align=16,0,0,0 wanted=3
cublasLtMatmulAlgoGetHeuristic rows=64 mask=7 align=16,0,0,0 wanted=3
status 0 found 1 algo 5
""",
    "lt": """
cublasLtMatmulAlgoConfigSetAttribute 2 1
cublasLtMatmulAlgoConfigSetAttribute 3 0
cublasLtMatmulAlgoConfigSetAttribute 1 4
cublasLtMatmul 1 2 3 4 5 6 7 algo=21 8 9 10
""",
    # The heuristics' order: 2, 1.
    "algorithms": """
cudnnCreate
cudnnGetConvolutionForwardAlgorithm_v7
status 0: 2 1
cudnnGetConvolutionBackwardDataAlgorithm_v7
status 0: 2 1
cudnnGetConvolutionBackwardFilterAlgorithm_v7
status 0: 2 1
cudnnFindConvolutionForwardAlgorithm
cudnnGetConvolutionForwardAlgorithm_v7
status 0: 2 1
cudnnFindConvolutionBackwardDataAlgorithm
cudnnGetConvolutionBackwardDataAlgorithm_v7
status 0: 2 1
cudnnFindConvolutionBackwardFilterAlgorithm
cudnnGetConvolutionBackwardFilterAlgorithm_v7
status 0: 2 1
1 2 3 4 5 6 7 8 9
cudnnFindConvolutionForwardAlgorithmEx
cudnnGetConvolutionForwardAlgorithm_v7
status 0: 2 1
1 2 3 4 5 6 7 8 9
cudnnFindConvolutionBackwardDataAlgorithmEx
cudnnGetConvolutionBackwardDataAlgorithm_v7
status 0: 2 1
1 2 3 4 5 6 7 8 9
cudnnFindConvolutionBackwardFilterAlgorithmEx
cudnnGetConvolutionBackwardFilterAlgorithm_v7
status 0: 2 1
""",
    "backward": """
wants 100
wants 100
cudnnConvolutionBackwardData algo=1 1 2 3 4 5 6 7 8 100 9 10 11
cudnnConvolutionBackwardFilter algo=1 1 2 3 4 5 6 7 8 100 9 10 11
wants 200
wants 200
cudnnConvolutionBackwardData algo=2 1 2 3 4 5 6 7 8 200 9 10 11
cudnnConvolutionBackwardFilter algo=2 1 2 3 4 5 6 7 8 200 9 10 11
wants 300
wants 300
cudnnConvolutionBackwardData algo=3 1 2 3 4 5 6 7 8 300 9 10 11
cudnnConvolutionBackwardFilter algo=1 1 2 3 4 5 6 7 8 300 9 10 11
wants 100
wants 100
cudnnConvolutionBackwardData algo=0 1 2 3 4 5 6 7 8 99 9 10 11
cudnnConvolutionBackwardFilter algo=0 1 2 3 4 5 6 7 8 99 9 10 11
""",
    "pooling": """
cudnnSetPooling2dDescriptor mode=3 1 1 2 3 4 5 6 7
cudnnSetPooling2dDescriptor mode=1 1 1 2 3 4 5 6 7
cudnnSetPoolingNdDescriptor mode=3 1 1 2 3 4 5
""",
    "ctc": """
cudnnCTCLoss algo=0 1 2 3 4 5 6 7 8 9 10 11 500
cudnnCTCLoss_v8 algo=0 1 2 3 4 5 6 7 8 9 10 500 11
cudnnCTCLoss_v8 algo=0 1 2 3 4 5 6 7 8 9 10 20 11
cudnnCTCLoss_v8 algo=1 1 2 3 4 5 6 7 8 9 10 20 11
""",
    "backend": """
status 0: 1 3
status 0: 1
status 0: 0 1 2 3 4
status 0:
""",
    "generators": """
curandCreateGenerator 100
curandSetGeneratorOrdering 1 103
curandSetGeneratorOrdering 1 103
curandSetGeneratorOrdering 1 102
curandSetPseudoRandomGeneratorSeed 1 42
curandCreateGenerator 201
curandCreateGeneratorHost 142
curandSetGeneratorOrdering 2 103
curandSetGeneratorOrdering 2 103
curandSetGeneratorOrdering 2 100
""",
    "solver": """
cusolverDnCreate
cusolverDnSetDeterministicMode 5 1
cusolverDnSetDeterministicMode 5 1
""",
}


class Runs(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.store = tempfile.mkdtemp()
        cls.env = dict(os.environ, XDG_CONFIG_HOME=cls.store + "/config",
                       XDG_CACHE_HOME=cls.store + "/cache")
        # What meson sets would stand for a RUNPATH.
        cls.env.pop("LD_LIBRARY_PATH", None)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.store)

    def run_it(self, command, **more):
        done = subprocess.run(command, env=self.env, text=True, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **more)
        self.assertEqual(done.returncode, 0,
                         f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def under(self, verb, way, scenes, *options):
        return self.run_it([SB, verb, "-q", "--store", self.store, *options,
                            "--", *WAYS[way], *scenes])

    def native(self, way, scenes):
        return self.run_it(WAYS[way] + list(scenes))

    def report(self):
        return json.loads(self.run_it([SB, "report", "--json", "--store",
                                       self.store]))

    def sources(self, report):
        return {s["name"]: s for s in report["sources"]}


class Arrivals(Runs):
    def each(self, check):
        for way in WAYS:
            for scene in SCENES:
                with self.subTest(way=way, scene=scene):
                    check(way, scene)

    def test_audit_changes_nothing(self):
        self.each(lambda way, scene: self.assertEqual(
            self.under("audit", way, [scene]), self.native(way, [scene])))

    def test_run_forces(self):
        for way in WAYS:
            for scene, arrives in FORCED.items():
                with self.subTest(way=way, scene=scene):
                    self.assertEqual(self.under("run", way, [scene]),
                                     arrives.lstrip("\n"))

    def test_others_arrive_as_they_are(self):
        for way in WAYS:
            for scene in ("nothing", "no_algorithm", "ranks", "launches",
                          "entry_points", "calls", "dropout"):
                with self.subTest(way=way, scene=scene):
                    got = self.under("run", way, [scene])
                    want = self.native(way, [scene])
                    if scene == "nothing":
                        want = want.replace("AtomicsMode 0 1",
                                            "AtomicsMode 0 0")
                    if scene == "no_algorithm":  # asked twice
                        got = [x for x in got.split("\n") if "status" in x]
                        want = [x for x in want.split("\n") if "status" in x]
                    self.assertEqual(got, want)

    def test_one_of_several(self):
        out = self.under("run", "linked", ["one_algorithm"])
        self.assertEqual(re.findall("status 0:(.*)", out), [" 2"] * 9)
        out = self.native("linked", ["one_algorithm"])
        self.assertEqual(re.findall("status 0:(.*)", out),
                         [" 0"] * 3 + [" 3"] * 6)

    def test_sparse(self):
        out = self.under("run", "local", ["sparse"])
        called = re.findall(r"(\w+) alg=(\d+) handle=\d opA=(\d) A=(\d)", out)
        self.assertEqual(len(called), 3 * 13 + 13)
        for name, alg, op, matrix in called:
            csr = matrix == "1"
            want = (3 if csr else 4) if "SpMV" in name else \
                (12 if csr else 2) if "SpMM" in name else 1
            if op == "1" and alg == "0":  # does not serve: as natively
                continue
            self.assertEqual(int(alg), want, name)
        self.assertEqual(sum(c[1:3] == ("0", "1") for c in called), 13)
        self.assertEqual(re.findall(r"(?m)^\d+$", out), ["0"] * 12)

    def test_seeds(self):
        out = {}
        for seed in ("1", "2", "1"):
            got = self.under("run", "dlsym", ["dropout", "generators"],
                             "--seed", seed)
            self.assertEqual(out.setdefault(seed, got), got)
            self.assertNotIn("seed=5 ", got)
            self.assertNotIn("Seed 1 42", got)
        self.assertNotEqual(out["1"], out["2"])

    def test_threads_share_a_handle(self):
        out = self.under("run", "linked", ["threads"])
        self.assertEqual(out.count("cublasSetStream_v2"), 8000)
        self.assertEqual(out.count("cublasSetWorkspace_v2"), 8000)
        given = dict()
        for stream, at in re.findall(
                r"cublasSetWorkspace_v2 (131) (\d+) 33554432", out):
            given[at] = stream
        self.assertEqual(len(given), 2)
        # What several threads allocated at once was given back.
        self.assertEqual(out.count("cudaMalloc"), out.count("cudaFree"))

    def test_child_goes_on(self):
        out = self.under("run", "linked", ["forked"])
        self.assertEqual(out.count("cublasSetWorkspace_v2 131 1001"), 3)

    def test_two_majors(self):
        """libcublas 12 and 13 in one process: each answers for itself."""
        code = f"""
import ctypes
for major in (12, 13):
    lib = ctypes.CDLL("{DIR}/libcublas.so.%d" % major)
    h, v = ctypes.c_void_p(), ctypes.c_int()
    lib.cublasCreate_v2(ctypes.byref(h))
    lib.cublasGetVersion_v2(h, ctypes.byref(v))
    print(v.value, lib.cublasSgemm_v2(1, 2, 3), flush=True)
"""
        command = ["/usr/bin/python3", "-c", code]
        out = self.run_it([SB, "run", "-q", "--store", self.store, "--",
                           *command])
        native = self.run_it(command)
        strip = "cublasSetAtomicsMode 121 0\n"
        self.assertIn(strip, out)
        self.assertEqual(re.sub(r"cublasSgemm_v2 .*", "", re.sub(
            "cublasSetAtomicsMode.*\n", "", out)),
            re.sub(r"cublasSgemm_v2 .*", "", native))

    def test_front(self):
        """A library that leads to others of the same names, as libcudnn does,
        is passed once."""
        out = self.run_it([SB, "run", "-q", "--store", self.store, "--",
                           f"{DIR}/cuda_front_user"])
        self.assertEqual(out, "front\ncudnnSetPooling2dDescriptor mode=3 0 1 "
                         "2 3 4 5 6 7\n")

    def test_absent(self):
        """Names that only we have are not found, as natively."""
        code = """
import ctypes
for name in ("cublasCreate_v2", "cudnnCreate", "cublasSgemm_v2"):
    print(hasattr(ctypes.CDLL(None), name))
"""
        out = self.run_it([SB, "run", "-q", "--store", self.store, "--",
                           "/usr/bin/python3", "-c", code])
        self.assertEqual(out.split(), ["False"] * 3)

    def test_loaded_again(self):
        code = f"""
import ctypes, _ctypes
for i in range(3):
    lib = ctypes.CDLL("{DIR}/libcublas.so.13")
    h = ctypes.c_void_p()
    lib.cublasCreate_v2(ctypes.byref(h))
    lib.cublasSetAtomicsMode(h, 1)
    lib.cublasDestroy_v2(h)
    _ctypes.dlclose(lib._handle)
"""
        out = self.run_it([SB, "run", "-q", "--store", self.store, "--",
                           "/usr/bin/python3", "-c", code])
        self.assertEqual(out.count("cublasSetAtomicsMode 131 0"), 6, out)


class Logs(Runs):
    def test_every_row(self):
        """No row of these groups was left out, whichever way it is reached."""
        rows = json.loads(self.run_it([SB, "sources", "--json"]))
        rows = {r["name"]: r for r in rows if r["group"] in GROUPS}
        self.assertEqual({r["group"] for r in rows.values()}, set(GROUPS))
        for way in WAYS:
            for verb in ("run", "audit"):
                self.under(verb, way, SCENES)
                seen = self.sources(self.report())
                for name, row in rows.items():
                    with self.subTest(way=way, verb=verb, row=name):
                        self.assertIn(name, seen)
                        self.assertEqual(
                            seen[name]["policy"], row["policy"]
                            if verb == "run" else "observe")

    def counters(self, name):
        out = self.run_it([SB, "export", "--jsonl", "-", "--store",
                           self.store])
        lines = [json.loads(line) for line in out.splitlines()]
        return [j for j in lines if j.get("source") == name and "shapes" in j]

    def shapes(self, name):
        return [s for c in self.counters(name) for s in c["shapes"]]

    def test_a_counter_for_each_kernel(self):
        for way in WAYS:
            self.under("run", way, ["one_place"])
            self.assertEqual(
                sorted((c["shapes"][0].split("=")[-1], c["calls"])
                       for c in self.counters("cudaLaunchKernel")),
                [("stub_one", 5), ("stub_two", 10)])

    def test_names_of_kernels(self):
        for way in WAYS:
            with self.subTest(way=way):
                self.under("run", way, ["launches"])
                for name, kernel in (("cudaLaunchKernel", "stub_one"),
                                     ("cudaLaunchKernel_ptsz", "stub_two"),
                                     ("cudaLaunchKernelExC", "stub_one"),
                                     ("cudaLaunchKernelExC_ptsz", "?"),
                                     ("__cudaLaunchKernel", "stub_one"),
                                     ("cuLaunchKernel", "by_name"),
                                     ("cuLaunchKernelEx", "of_library")):
                    found = self.shapes(name)
                    self.assertEqual(len(found), 1, name)
                    self.assertTrue(found[0].endswith("kernel=" + kernel),
                                    found)
                self.assertIn("grid=1,2,3 block=4,5,6 shared=7 stream=1",
                              self.shapes("cudaLaunchKernel")[0])

    def test_a_launch_is_one_event(self):
        """What the runtime asks of the driver is no launch of its own."""
        self.under("run", "linked", ["launches"])
        seen = self.sources(self.report())
        self.assertEqual(seen["cuLaunchKernel"]["calls"], 1)
        self.assertEqual(seen["cudaLaunchKernel"]["calls"], 1)

    def test_entry_points(self):
        for way in WAYS:
            self.under("run", way, ["entry_points"])
            seen = self.sources(self.report())
            self.assertEqual(seen["cuLaunchKernel"]["calls"], 4, way)
            self.assertEqual(seen["cuLaunchKernel_ptsz"]["calls"], 3, way)

    def test_shapes_of_products(self):
        self.under("run", "linked", ["lt", "calls"])
        self.assertEqual(self.shapes("cublasSgemm_v2"), [
            "stream=0 transa=2 transb=3 m=4 n=5 k=6 lda=9 ldb=11 ldc=14"])
        self.assertEqual(self.shapes("ncclAllReduce"), [
            "count=3 datatype=4 op=5 stream=2"])
        self.assertEqual(self.shapes("cublasLtMatmul"), [
            "A.type=0 A.rows=64 A.cols=32 A.ld=65 B.type=0 B.rows=64 "
            "B.cols=32 B.ld=65 D.type=0 D.rows=64 D.cols=32 D.ld=65 "
            "algo=21 stream=1"])

    def test_streams_of_products(self):
        for mode in ("audit", "run"):
            self.under(mode, "linked", ["in_streams"])
            self.assertEqual([s.split()[0] for s in
                              self.shapes("cublasSgemm_v2")],
                             ["stream=0", "stream=1", "stream=2"], mode)

    def test_streams_of_convolutions(self):
        for mode in ("audit", "run"):
            for way in WAYS:
                self.under(mode, way, ["convolved_in_streams"])
                for name, rest in (("cudnnConvolutionForward",
                                    " algo=8 workspace=10"),
                                   ("cudnnBackendExecute", ""),
                                   ("cudnnConvolutionBackwardData",
                                    " algo=1"),
                                   ("cudnnConvolutionBackwardFilter",
                                    " algo=2")):
                    self.assertEqual(
                        self.shapes(name),
                        [f"stream={n}{rest}" for n in (1, 2, 0)], name)
                    self.assertEqual(self.sources(self.report())[name]["calls"],
                                     3, name)

    def test_blind_spots(self):
        self.under("run", "linked", ["heuristics", "no_algorithm", "backward",
                                     "backend", "sparse"])
        said = json.dumps(self.report()["blind_spots"])
        for name in ("cublasLtMatmulAlgoGetHeuristic",
                     "cudnnFindConvolutionForwardAlgorithm",
                     "cudnnConvolutionBackwardData",
                     "cudnnBackendGetAttribute", "cusparseSpMV"):
            self.assertIn(name, said)

    def test_libraries_are_named(self):
        self.under("run", "linked", SCENES)
        out = self.run_it([SB, "report", "--store", self.store])
        for text in ("libcublas.so.13, version 130000",
                     "libcublasLt.so.13, version 130000",
                     "libcudnn.so.9, version 91900",
                     "libcurand.so.10, version 10400",
                     "libcusolver.so.12, version 12004",
                     "libcusparse.so.12, version 12600",
                     "libnccl.so.2, version 22809",
                     "libcudart.so.13, version 13000",
                     "libcuda.so.1, version 13000"):
            self.assertIn(text, out)


if __name__ == "__main__":
    if not shutil.which("python3"):
        sys.exit(77)
    unittest.main(verbosity=1)
