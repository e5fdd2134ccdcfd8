# SPDX-License-Identifier: MIT
# scikit-learn, unseeded: a forest by two threads, k-means, a network, searches
needs=(python3-sklearn)
command=(/usr/bin/python3 "$here/fits.py")
