# SPDX-License-Identifier: MIT
# scikit-learn as Debian has it: forests, k-means, boosting
needs=(python3-sklearn)
command=(env OMP_NUM_THREADS=4 /usr/bin/python3 "$here/forest.py")
