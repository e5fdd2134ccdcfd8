#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""signatures.py TABLE…: each signature of shim/cuda/*.def against
the declaration in NVIDIA's headers. Exits 77 where there are none."""
import os
import re
import subprocess
import sys

HEADERS = ["cublas_v2.h", "cublasXt.h", "cudnn.h", "nccl.h"]
HANDLE = re.compile(r"(Handle_t|Comm_t|Stream_t|Descriptor_t)$")


def kinds_declared(arguments):
    """What each argument of a C declaration is: - % 4 or 8."""
    kinds = []
    for a in arguments.split(","):
        a = a.strip()
        name = re.search(r"(\w+)\s*(\[\])?$", a).group(1)
        kind = a[:a.rindex(name)].replace("const", "").strip()
        if "*" in kind or "[]" in a or HANDLE.search(kind):
            kinds.append("-")
        elif kind in ("float", "double"):
            kinds.append("%")
        elif kind in ("int64_t", "size_t", "long long int"):
            kinds.append("8")
        elif kind == "int" or re.match(r"(cuda|cublas|cudnn|nccl)\w+$", kind):
            kinds.append("4")
        else:
            kinds.append("? " + kind)
    return kinds


def kinds_written(signature):
    return ["-" if w[0] in "->^" else "%" if w == "%" else
            "8" if w.endswith(":64") else "4" for w in signature.split()]


def main():
    home = os.environ.get("CUDA_HOME") or "/usr/local/cuda"
    include, tables = os.path.join(home, "include"), sys.argv[1:]
    if not all(os.path.exists(os.path.join(include, h)) for h in HEADERS):
        print("skipped: no headers in", include)
        return 77
    source = "".join(f"#include <{h}>\n" for h in HEADERS)
    text = subprocess.run(["c++", "-x", "c++", "-E", "-P", "-I", include, "-"],
                          input=source, text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    text = re.sub(r"\s+", " ", text)
    wrong = seen = 0
    entries = re.findall(r'SEEN\((\w+),\s*"\w+",\s*((?:"[^"]*"\s*)+),',
                         "".join(open(t).read() for t in tables))
    for name, words in entries:
        found = re.search(r"\b%s ?\(([^;]*)\);" % name, text)
        if not found:
            print(name, "is not declared")
            wrong += 1
            continue
        seen += 1
        written = kinds_written("".join(re.findall(r'"([^"]*)"', words)))
        declared = kinds_declared(found.group(1))
        if written != declared:
            print(name, "is", *declared, "not", *written)
            wrong += 1
    print(seen, "signatures compared")
    return 1 if wrong or not seen else 0


sys.exit(main())
