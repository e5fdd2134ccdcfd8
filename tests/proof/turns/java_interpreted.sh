# SPDX-License-Identifier: MIT
# The same without compilation
needs=(openjdk-17-jdk-headless)
prepare() {
	javac -d "$work" "$here/Order.java"
	command=(java -Xint -cp "$work" Order)
}
