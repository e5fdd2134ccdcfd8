# SPDX-License-Identifier: MIT
"""Seeds that a program gives to TensorFlow and Keras: a line for each way."""
import numpy as np
import tensorflow as tf


@tf.function
def draw():
    return tf.random.uniform([2])


tf.random.set_seed(42)
print(tf.random.normal([2]).numpy())
print(tf.random.uniform([1], seed=1).numpy())
tf.random.set_seed(43)
print(draw().numpy())
print(tf.random.Generator.from_seed(44).normal([2]).numpy())
tf.keras.utils.set_random_seed(45)
net = tf.keras.Sequential([tf.keras.layers.Dense(4),
                           tf.keras.layers.Dropout(0.5),
                           tf.keras.layers.Dense(1)])
net.compile("sgd", "mse")
print(net.fit(np.ones((64, 8)), np.ones(64), verbose=0).history["loss"])
with tf.Graph().as_default():
    tf.compat.v1.set_random_seed(46)
    x = tf.random.uniform([2])
    with tf.compat.v1.Session() as session:
        print(session.run(x))
