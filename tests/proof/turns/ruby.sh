# SPDX-License-Identifier: MIT
# Ruby: a counter, queues, conditions, timeouts, children
needs=(ruby)
command=(ruby "$here/order.rb")
