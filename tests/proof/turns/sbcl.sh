# SPDX-License-Identifier: MIT
# SBCL: a counter, mutexes, wait queues and mailboxes in Lisp
needs=(sbcl)
command=(sbcl --script "$here/order.lisp")
