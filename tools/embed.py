#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed.py OUT FILE...: a C source in which each file is a string, named after
it: html.css is embedded_html_css."""
import os
import sys


def literal(line):
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    return '\t"%s\\n"' % quoted


def main(out, *names):
    with open(out, "w") as to:
        for name in names:
            with open(name, encoding="utf-8") as f:
                lines = [literal(l) for l in f.read().splitlines()
                         if "SPDX-License" not in l]
            word = os.path.basename(name).replace(".", "_")
            print("const char embedded_%s[] =\n%s;" % (word, "\n".join(lines)),
                  file=to)


main(*sys.argv[1:])
