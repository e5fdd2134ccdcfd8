# SPDX-License-Identifier: MIT
# scikit-learn as Debian has it
limit=1500 # soft fma takes its time
needs=(python3-sklearn libopenblas0-pthread liblapack3)
command=(/usr/bin/python3 "$here/estimators.py")
