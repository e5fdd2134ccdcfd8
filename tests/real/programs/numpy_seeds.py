# SPDX-License-Identifier: MIT
"""Seeds that a program fixes: a line of output for each way to give one."""
import random

import numpy as np

random.seed(42)
print(random.random())
print(random.Random("seven").random())
np.random.seed(42)
print(np.random.rand(2))
print(np.random.RandomState([4, 2]).rand(2))
print(np.random.default_rng(42).random(2))
print(np.random.Generator(np.random.SFC64([1, 2])).random(2))
print([np.random.default_rng(s).random()
       for s in np.random.SeedSequence(7).spawn(2)])
