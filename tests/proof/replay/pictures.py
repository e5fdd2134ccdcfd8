# SPDX-License-Identifier: MIT
"""pictures.py DIR: pictures in two colours, and what darknet needs to train on
them. Weights are left in the directory where it runs."""
import os
import sys

WORK = sys.argv[1]
SIZE = 12
NET = """[net]
batch=8
subdivisions=1
height=10
width=10
channels=3
max_crop=12
min_crop=10
learning_rate=0.05
policy=constant
max_batches=12
angle=7
hue=.1
saturation=.75
exposure=.75

[convolutional]
batch_normalize=1
filters=6
size=3
stride=1
pad=1
activation=leaky

[dropout]
probability=.3

[convolutional]
filters=2
size=1
stride=1
pad=1
activation=leaky

[avgpool]

[softmax]
groups=1
"""


def write(name, text):
    with open(os.path.join(WORK, name), "w") as file:
        file.write(text)


names = []
for n in range(24):
    warm = n % 2
    name = os.path.join(WORK, f"{n}_{'warm' if warm else 'cold'}.ppm")
    with open(name, "wb") as file:
        file.write(b"P6 %d %d 255\n" % (SIZE, SIZE))
        for i in range(SIZE * SIZE):
            shade = (i * 37 + n * 11) % 97
            file.write(bytes((140 + shade if warm else shade, 60,
                              shade if warm else 140 + shade)))
    names.append(name)
write("net.cfg", NET)
write("list", "\n".join(names) + "\n")
write("labels", "cold\nwarm\n")
write("pictures.data", f"classes=2\ntrain={WORK}/list\nvalid={WORK}/list\n"
      f"labels={WORK}/labels\nbackup=.\ntop=1\n")
