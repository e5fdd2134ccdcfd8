# SPDX-License-Identifier: MIT
"""A network without any seed; its data shuffled and altered in parallel."""
import numpy as np
import tensorflow as tf

x = np.random.rand(1000, 32).astype("f")
y = (x.sum(1) > 16).astype("f")
net = tf.keras.Sequential([tf.keras.layers.Dense(128, activation="relu"),
                           tf.keras.layers.Dropout(0.3),
                           tf.keras.layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy")
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(64)
print(net.fit(data, epochs=2, verbose=0).history["loss"])
table = tf.Variable(tf.random.normal((50, 16)))
with tf.GradientTape() as tape:
    rows = tf.gather(table, tf.random.uniform((5000,), 0, 50, tf.int32))
    loss = tf.reduce_sum(rows ** 3)
slope = tape.gradient(loss, table)
print(tf.math.unsorted_segment_sum(slope.values, slope.indices, 50)[0])
for weights in net.get_weights():
    print(weights.sum())
