# SPDX-License-Identifier: MIT
"""One line for each operator: its name, and a digest of its results' bits."""
import hashlib

import numpy as np


def say(name, *results):
    digest = hashlib.sha256()
    for result in results:
        result = np.ascontiguousarray(result)
        digest.update(repr((result.dtype, result.shape)).encode())
        digest.update(result.tobytes())
    print(name, digest.hexdigest()[:16], flush=True)
