#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Where two files differ: `samebits diff FILE FILE`, in every format."""
import collections
import io
import json
import os
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

import numpy as np

SAMEBITS = os.environ["SAMEBITS_BIN"]


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-contents-")
        self.addCleanup(dir.cleanup)
        self.a = os.path.join(dir.name, "a")
        self.b = os.path.join(dir.name, "b")

    def diff(self, *options):
        done = subprocess.run((SAMEBITS, "diff", *options, self.a, self.b),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, errors="replace", timeout=60)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done.returncode, done.stdout

    def put(self, a, b):
        for path, data in ((self.a, a), (self.b, b)):
            with open(path, "wb") as f:
                f.write(data.encode() if isinstance(data, str) else data)

    def says(self, *parts, status=1, options=()):
        got, text = self.diff(*options)
        self.assertEqual(got, status, text)
        for part in parts:
            self.assertIn(part, text)
        return text


class Text(Case):
    def test_lines(self):
        self.put("one\ntwo\nthree\n", "one\ntwO\nthree\n")
        self.says("line 2, column 3", "A  two", "B  twO", "1 line differs")
        self.put("one\n", "one\ntwo\nthree\n")
        self.says("B has 2 lines more")
        self.put("same\n", "same")
        self.says("different")
        self.put("x\r\n", "x\n")
        self.says("line 1, column 2")
        self.put("same\n", "same\n")
        self.says("the same bytes", status=0)
        self.put("", "x\n")
        self.says("different")

    def test_long_lines_are_cut(self):
        self.put("a" * 5000 + "X" + "b" * 5000, "a" * 5000 + "Y" + "b" * 5000)
        text = self.says("column 5001")
        self.assertLess(max(map(len, text.splitlines())), 200)

    def test_tolerance(self):
        self.put("loss 1.0000001 ok\n", "loss 1.0000002 ok\n")
        self.says("line 1")
        self.says("equal within", status=0, options=("--rtol", "1e-6"))
        self.says("equal within", status=0, options=("--atol", "1e-6"))
        self.put("loss 1.0000001 ok\n", "loss 1.0000002 no\n")
        self.says("different", options=("--rtol", "1e-6"))
        self.put("x=nan y=inf\n", "x=nan y=-inf\n")
        self.says("different", options=("--rtol", "1"))
        self.put("n = 10\n", "n = 11\n")
        self.says("equal within", status=0, options=("--atol", "1"))

    def test_ignored_lines(self):
        self.put("time 12:01\nx\n", "time 12:02\ntime 12:03\nx\n")
        self.says("--ignore-line", status=0,
                  options=("--ignore-line", "^time"))
        self.put("time 1\nx\n", "time 2\ny\n")
        self.says("line 2", options=("--ignore-line", "^time"))

    def test_secrets(self):
        key = "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n"
        self.put(key % "c2VjcmV0", key % "b3RoZXI=")
        text = self.says("private keys")
        self.assertNotIn("c2V", text)

    def test_bytes(self):
        self.put(b"\0\1\2\3" * 1000, b"\0\1\2\3" * 500 + b"\0\1\2\4" * 500)
        self.says("from byte 2003 (0x7d3)", "500 bytes differ, in 500")
        self.put(b"\0" * 10, b"\0" * 20)
        self.says("10 and 20 bytes", "as far as the shorter one goes")


class Arrays(Case):
    def npy(self, a, b):
        for path, array in ((self.a, a), (self.b, b)):
            with open(path, "wb") as f:
                np.save(f, array)

    def test_every_type(self):
        for kind in ("<f2", "<f4", "<f8", ">f4", ">f8", "<c8", "<c16", "<i1",
                     "<i4", ">i8", "<u2", "<u8"):
            for order in "CF":
                a = np.arange(24).reshape(2, 3, 4).astype(kind, order=order)
                b = a.copy(order="K")
                b[1, 0, 2] = 99
                self.npy(a, b)
                self.says("1 of 24 elements differ", "[1, 0, 2]",
                          "14 and 99", "largest difference 85")
        a = np.zeros(3, bool)
        b = np.array([False, True, False])
        self.npy(a, b)
        self.says("1 of 3 elements differ", "[1]")

    def test_ulps(self):
        a = np.ones(100, "f4")
        b = a.copy()
        b[7] = np.nextafter(np.nextafter(np.float32(1), np.float32(2)),
                            np.float32(2))
        self.npy(a, b)
        self.says("at most 2 ulps apart, at [7]")
        self.says("equal within", status=0, options=("--rtol", "1e-6"))
        self.npy(np.array([0.0]), np.array([-0.0]))
        self.says("1 of 1 elements differ")
        b[8] = np.nan
        self.npy(a, b)
        self.says("1 NaN in one of them only")

    def test_shapes_and_types(self):
        self.npy(np.zeros((2, 3), "f4"), np.zeros((3, 2), "f4"))
        self.says("float32 (2, 3) and float32 (3, 2)")
        self.npy(np.zeros(2, "f4"), np.zeros(2, "f8"))
        self.says("float32 (2) and float64 (2)")
        self.npy(np.zeros((2, 2)), np.zeros((2, 2), order="F"))
        self.says("Fortran")

    def test_what_is_not_read(self):
        self.npy(np.array([(1, 2.0)], dtype="i4,f4"),
                 np.array([(1, 3.0)], dtype="i4,f4"))
        self.says("(bytes)")

    def test_npz(self):
        for save in (np.savez, np.savez_compressed):
            for path, value in ((self.a, 1.0), (self.b, 1.5)):
                with open(path, "wb") as f:
                    save(f, weights=np.full((2, 2), value), bias=np.zeros(3))
            text = self.says("weights.npy", "4 of 4 elements differ",
                             "largest difference 0.5")
            self.assertNotIn("bias", text)

    def test_details(self):
        self.npy(np.zeros(4), np.ones(4))
        _, text = self.diff("--json")
        details = json.loads(text)
        self.assertEqual(details["kind"], "npy")
        self.assertEqual(details["arrays"][0]["differ"], 4)


class Zip(Case):
    def pack(self, path, members, date=(2020, 1, 1, 0, 0, 0)):
        with zipfile.ZipFile(path, "w") as z:
            for name, data in members:
                z.writestr(zipfile.ZipInfo(name, date), data)

    def test_members(self):
        self.pack(self.a, [("x.txt", "one\n"), ("y", "same")])
        self.pack(self.b, [("x.txt", "two\n"), ("y", "same"), ("z", "new")])
        self.says("x.txt", "line 1", "z: only in B")

    def test_times_alone(self):
        self.pack(self.a, [("x", "same")])
        self.pack(self.b, [("x", "same")], (2021, 1, 1, 0, 0, 0))
        self.says("their times")

    def test_bombs(self):
        """What says that it unpacks to far too much is not unpacked."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("x", b"\0" * 1000)
        whole = data.getvalue()
        at = whole.index(b"PK\1\2")
        huge = bytearray(whole)
        huge[at + 24:at + 28] = struct.pack("<I", 0xfffffff0)
        huge[22:26] = struct.pack("<I", 0xfffffff0)
        self.put(bytes(huge), bytes(huge[:30] + b"y" + huge[31:]))
        self.says("different")


def storage(data):
    return data.tobytes()


class FakeTensor:
    """What torch.save() makes of a tensor, written without torch."""
    def __init__(self, key, array, module):
        self.key, self.array, self.module = key, array, module

    def __reduce__(self):
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        return self.module._rebuild_tensor_v2, (
            Persistent(self), 0, self.array.shape, strides, False,
            collections.OrderedDict())


class Persistent:
    def __init__(self, tensor):
        self.tensor = tensor


class Torch(Case):
    NAMES = {"f4": "FloatStorage", "f8": "DoubleStorage", "i8": "LongStorage",
             "f2": "HalfStorage", "u2": "BFloat16Storage"}

    def save(self, path, tensors, wrap=lambda state: state):
        torch, utils = types.ModuleType("torch"), types.ModuleType(
            "torch._utils")

        def _rebuild_tensor_v2():
            pass
        _rebuild_tensor_v2.__module__ = "torch._utils"
        _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
        utils._rebuild_tensor_v2 = _rebuild_tensor_v2
        for name in self.NAMES.values():
            setattr(torch, name, type(name, (), {"__module__": "torch"}))
        before = {n: sys.modules.get(n) for n in ("torch", "torch._utils")}
        sys.modules.update({"torch": torch, "torch._utils": utils})

        class Pickler(pickle.Pickler):
            def persistent_id(self, thing):
                if not isinstance(thing, Persistent):
                    return None
                t = thing.tensor
                kind = Torch.NAMES[t.array.dtype.str[1:]]
                return ("storage", getattr(torch, kind), t.key, "cpu",
                        t.array.size)

        try:
            state = collections.OrderedDict(
                (name, FakeTensor(str(i), array, utils))
                for i, (name, array) in enumerate(tensors))
            data = io.BytesIO()
            Pickler(data, 2).dump(wrap(state))
        finally:
            for name, module in before.items():
                if module is None:
                    sys.modules.pop(name)
                else:
                    sys.modules[name] = module
        with zipfile.ZipFile(path, "w") as z:
            top = os.path.basename(path)
            z.writestr(top + "/data.pkl", data.getvalue())
            for i, (_, array) in enumerate(tensors):
                z.writestr("%s/data/%d" % (top, i), storage(array))

    def tensors(self, change):
        weight = np.arange(12, dtype="f4").reshape(3, 4)
        weight[1, 2] += change
        return [("layer1.weight", weight), ("layer1.bias", np.zeros(3, "f8")),
                ("steps", np.array([7], "i8"))]

    def test_state(self):
        self.save(self.a, self.tensors(0))
        self.save(self.b, self.tensors(0.5))
        text = self.says("(torch)", "layer1.weight: 1 of 12 elements differ",
                         "[1, 2]", "6 and 6.5")
        self.assertNotIn("bias", text)

    def test_nested(self):
        def wrap(state):
            return {"model": state, "epoch": 3, "optimizer":
                    {"groups": [{"lr": 0.1}]}}
        self.save(self.a, self.tensors(0), wrap)
        self.save(self.b, self.tensors(1), wrap)
        self.says("model.layer1.weight: 1 of 12")

    def test_other_types(self):
        for kind in ("f2", "u2"):
            a = np.ones(5, kind)
            b = a.copy()
            b.view("u2")[3] += 1
            self.save(self.a, [("t", a)])
            self.save(self.b, [("t", b)])
            self.says("t: 1 of 5", "at most 1 ulp apart, at [3]")

    def test_real_torch(self):
        try:
            import torch
        except ImportError:
            self.skipTest("no PyTorch here")
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(),
                                  torch.nn.Linear(3, 2))
        optimizer = torch.optim.Adam(net.parameters())
        net(torch.ones(1, 4)).sum().backward()
        optimizer.step()
        state = {"model": net.state_dict(),
                 "optimizer": optimizer.state_dict()}
        torch.save(state, self.a)
        state["model"]["2.weight"][1, 2] += 1
        state["optimizer"]["state"][0]["exp_avg"][0, 0] += 1
        torch.save(state, self.b)
        self.says("model.2.weight: 1 of 6", "[1, 2]",
                  "optimizer.state.0.exp_avg: 1 of 12")
        torch.save(net, self.a)
        with torch.no_grad():
            net[0].bias[1] += 1
        torch.save(net, self.b)
        self.says("0.bias: 1 of 3 elements differ", "[1]")


class Safetensors(Case):
    def save(self, path, tensors, **metadata):
        header, data = {}, b""
        for name, kind, array in tensors:
            raw = array.tobytes()
            header[name] = {"dtype": kind, "shape": list(array.shape),
                            "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
        if metadata:
            header["__metadata__"] = metadata
        text = json.dumps(header).encode()
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text + data)

    def test_tensors(self):
        a = np.arange(6, dtype="f4").reshape(2, 3)
        b = a.copy()
        b[1, 1] = 0
        self.save(self.a, [("w", "F32", a), ("v", "BF16", a.astype("u2"))])
        self.save(self.b, [("w", "F32", b), ("v", "BF16", a.astype("u2"))])
        self.says("(safetensors)", "w: 1 of 6", "[1, 1]", "4 and 0")
        self.save(self.b, [("w", "F32", a)])
        self.says("v: only in A")
        self.save(self.a, [("w", "F32", a)], step="1")
        self.save(self.b, [("w", "F32", a)], step="2")
        self.says("metadata")

    def test_damaged(self):
        a = np.arange(6, dtype="f4")
        self.save(self.a, [("w", "F32", a)])
        with open(self.a, "rb") as f:
            whole = f.read()
        for cut in range(0, len(whole), 3):
            self.put(whole, whole[:cut])
            self.says("different")


class Damaged(Case):
    """Whatever stands in a file: an answer, and never a crash."""
    def test_mutations(self):
        chance = random.Random(7)
        data = io.BytesIO()
        np.savez(data, x=np.arange(50.0), y=np.zeros((3, 3), "f4"))
        npy = io.BytesIO()
        np.save(npy, np.arange(30, dtype="c8"))
        Torch.save(self, self.a, [("t", np.arange(9, dtype="f4"))])
        with open(self.a, "rb") as f:
            torch = f.read()
        for whole in (data.getvalue(), npy.getvalue(), torch):
            for _ in range(150):
                bad = bytearray(whole)
                for _ in range(chance.randrange(1, 6)):
                    bad[chance.randrange(len(bad))] = chance.randrange(256)
                if chance.random() < 0.2:
                    del bad[chance.randrange(len(bad)):]
                self.put(whole, bytes(bad))
                self.diff()
                self.put(bytes(bad), whole)
                self.diff()

    NAMES = Torch.NAMES


if __name__ == "__main__":
    unittest.main()
