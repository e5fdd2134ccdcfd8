# SPDX-License-Identifier: MIT
# Guile: a counter, conditions and parallel loops in Scheme
needs=(guile-3.0)
command=(guile --no-auto-compile "$here/order.scm")
