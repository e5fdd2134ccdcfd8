# SPDX-License-Identifier: MIT
"""suite.py PYTEST-ARGUMENT...: runs tests and prints each one's name and how it
ended, for blas.sh."""
import sys

import pytest

ended = {}


class Ends:
    def pytest_runtest_logreport(self, report):
        name = report.nodeid.replace(" ", "_")
        if report.failed:
            ended[name] = "failed"
        elif report.skipped:
            ended[name] = "skipped"
        elif report.when == "call":
            ended[name] = "passed"
        if report.failed:
            print(report.longreprtext, file=sys.stderr)


status = pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider",
                      *sys.argv[1:]], [Ends()])
for name in sorted(ended):
    print(name, ended[name])
sys.exit(0 if status in (0, 1) else int(status))
