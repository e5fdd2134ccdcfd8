# SPDX-License-Identifier: MIT
# GNU Octave
needs=(octave libopenblas0-pthread liblapack3)
command=(octave-cli --norc --quiet "$here/matrices.m")
