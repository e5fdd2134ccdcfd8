# SPDX-License-Identifier: MIT
# Perl: threads with an interpreter each, and what they share
needs=(perl)
command=(perl "$here/order.pl")
