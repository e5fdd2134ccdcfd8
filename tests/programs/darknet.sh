#!/bin/bash
# SPDX-License-Identifier: MIT
# darknet.sh DIR: trains a tiny classifier in DIR, a few images in many threads
# that crop, turn and tint them by rand(); prints a digest of its weights.
set -euo pipefail
cd "$1"
mkdir -p backup
for i in 0 1 2 3 4 5 6 7 8 9; do
	[ $((i % 2)) = 0 ] && label=cat || label=dog
	{ printf 'P6\n12 12\n255\n'; seq $((i * 37)) 9999 | head -c 432; } \
		>"$label$i.ppm" || true
done
ls "$PWD"/*.ppm >train
printf 'cat\ndog\n' >labels
printf '%s\n' classes=2 "train=$PWD/train" "labels=$PWD/labels" \
	"backup=$PWD/backup" top=1 >data
cat >tiny.cfg <<-'CFG'
	[net]
	batch=4
	height=8
	width=8
	channels=3
	min_crop=8
	max_crop=12
	angle=7
	hue=.1
	saturation=.75
	exposure=.75
	learning_rate=0.05
	policy=constant
	max_batches=10

	[convolutional]
	filters=4
	size=3
	stride=1
	pad=1
	batch_normalize=1
	activation=leaky

	[dropout]
	probability=.3

	[connected]
	output=2
	activation=linear

	[softmax]
	groups=1
CFG
darknet classifier train data tiny.cfg >&2
md5sum <backup/tiny.weights
