# SPDX-License-Identifier: MIT
"""Gradients through scattered additions, from a key that the clock gives."""
import time

import jax
import jax.numpy as jnp
import numpy as np

key = jax.random.PRNGKey(time.time_ns() & 0x7fffffff)
weights = jax.random.normal(key, (64, 64))
x = np.random.rand(1000, 64).astype("f")
places = np.random.randint(0, 10, 1000)


def loss(weights):
    rows = jnp.tanh(x @ weights)
    return jnp.mean(jnp.zeros((10, 64)).at[places].add(rows) ** 2)


@jax.jit
def step(weights):
    value, slope = jax.value_and_grad(loss)(weights)
    return weights - 1e-3 * slope, value


for i in range(20):
    weights, value = step(weights)
print(value, weights.sum(), np.asarray(weights)[0, :3])
