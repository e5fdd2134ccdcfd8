# SPDX-License-Identifier: MIT
# Mono: a counter, monitors, tasks and parallel loops in C#
needs=(mono-runtime mono-mcs)
prepare() {
	mcs -out:"$work/order.exe" "$here/Order.cs"
	command=(mono "$work/order.exe")
}
