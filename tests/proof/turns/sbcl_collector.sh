# SPDX-License-Identifier: MIT
# SBCL's threads: a list in the order in which they add to it, lost updates, and
# a collector that stops them all by signals.
needs=(sbcl)
command=(sbcl --noinform --non-interactive --no-userinit --load "$here/threads.lisp")
