# SPDX-License-Identifier: MIT
"""Seeds that a program gives to JAX: a line of output for each way."""
import jax
import jax.numpy as jnp

key = jax.random.key(42)
print(jax.random.normal(key, 2))
print(jax.random.uniform(jax.random.PRNGKey(0), 2))
draw = jax.jit(lambda seed: jax.random.uniform(jax.random.PRNGKey(seed)))
print(draw(42))
print(jax.vmap(draw)(jnp.arange(3)))
# Equal seeds are equal wherever they are given.
print(jax.random.uniform(jax.random.fold_in(key, 7)))
assert draw(42) == jax.random.uniform(jax.random.PRNGKey(42))
