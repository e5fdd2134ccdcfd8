# SPDX-License-Identifier: MIT
"""What an operator comes to, as a line for blas.sh."""
import hashlib


def say(name, *arrays):
    """Prints `name` and a digest of all bits of arrays and numbers."""
    import numpy as np
    h = hashlib.sha256()
    for a in arrays:
        h.update(np.ascontiguousarray(a).tobytes())
    print(name, h.hexdigest()[:16], flush=True)
