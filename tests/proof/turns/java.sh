# SPDX-License-Identifier: MIT
# Java: threads, monitors, pools, parallel streams, garbage
needs=(openjdk-17-jdk-headless)
prepare() {
	javac -d "$work" "$here/Order.java"
	command=(java -cp "$work" Order)
}
