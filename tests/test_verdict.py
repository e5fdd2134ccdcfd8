#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The reports of verdicts: JSON, JUnit, SARIF, GitHub's annotations."""
import json
import os
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ET

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]
EXAMPLES = os.environ["EXAMPLES_DIR"]


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-verdict-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def check(self, status, *words, **variables):
        done = subprocess.run((SAMEBITS, "check", *words), cwd=self.dir,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, **variables), timeout=100)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def path(self, name):
        return os.path.join(self.dir, name)


def cause(name):
    return os.path.join(CAUSES, "cause_" + name)


# A program that differs, with bytes in its output that formats do not like.
ODD = ("date +%N; printf '\\001<&\"\\377%%:,\\n' > \"$(printf 'a\\nb<&%%:,"
       "\\377')\"; date +%N >> \"$(printf 'a\\nb<&%%:,\\377')\"")


class JUnit(Case):
    """What CI systems read: names, counts and texts, and nothing else."""
    ATTRIBUTES = {
        "testsuites": set(),
        "testsuite": {"name", "tests", "failures", "errors", "skipped",
                      "time"},
        "testcase": {"classname", "name", "time"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"message"},
        "system-out": set(),
    }
    CHILDREN = {
        "testsuites": {"testsuite"},
        "testsuite": {"testcase", "system-out"},
        "testcase": {"failure", "error", "skipped"},
    }

    def valid(self, element):
        self.assertEqual(set(element.attrib), self.ATTRIBUTES[element.tag])
        for child in element:
            self.assertIn(child.tag, self.CHILDREN[element.tag])
            self.valid(child)
        for name in ("tests", "failures", "errors", "skipped"):
            if name in element.attrib:
                self.assertGreaterEqual(int(element.get(name)), 0)

    def suite(self, status, *words):
        self.check(status, "--junit", "j.xml", *words)
        root = ET.parse(self.path("j.xml")).getroot()
        self.valid(root)
        suite = root[0]
        self.assertEqual(int(suite.get("tests")),
                         len(suite.findall("testcase")))
        self.assertEqual(int(suite.get("failures")),
                         len(suite.findall("testcase/failure")))
        self.assertEqual(int(suite.get("errors")),
                         len(suite.findall("testcase/error")))
        self.assertEqual(int(suite.get("skipped")),
                         len(suite.findall("testcase/skipped")))
        names = [c.get("name") for c in suite.findall("testcase")]
        self.assertEqual(len(names), len(set(names)))
        return suite

    def test_same(self):
        suite = self.suite(0, "--", cause("same"))
        self.assertEqual({c.get("name") for c in suite},
                         {"exit status", "stdout", "stderr", "output result"})
        self.assertEqual(suite.get("failures"), "0")

    def test_different(self):
        suite = self.suite(1, "--native", "--", cause("clock"))
        self.assertEqual(suite.get("failures"), "1")
        self.assertIn("clock_gettime", suite.find("system-out").text)

    def test_trouble(self):
        suite = self.suite(2, "--", cause("same"), "fails")
        self.assertEqual(suite.get("errors"), "1")

    def test_odd_bytes(self):
        self.suite(1, "--native", "--", "sh", "-c", ODD)

    def test_perturb(self):
        suite = self.suite(1, "--perturb", "--", "sh", "-c", "umask")
        self.assertEqual([c.get("name") for c in suite
                          if c.find("failure") is not None], ["umask"])


class Sarif(Case):
    """What the standard asks of the parts that are used (OASIS, SARIF 2.1.0)."""
    def message(self, m):
        self.assertEqual(set(m), {"text"})
        self.assertTrue(m["text"])

    def location(self, l):
        self.assertLessEqual(set(l), {"physicalLocation", "logicalLocations",
                                      "message"})
        if "physicalLocation" in l:
            p = l["physicalLocation"]
            self.assertLessEqual(set(p), {"artifactLocation", "region"})
            uri = p["artifactLocation"]["uri"]
            self.assertRegex(uri, r"^[A-Za-z0-9._~/:%-]+$")
            if "uriBaseId" in p["artifactLocation"]:
                self.assertFalse(uri.startswith("/"))
            else:
                self.assertTrue(uri.startswith("file:///"))
            if "region" in p:
                self.assertGreaterEqual(p["region"]["startLine"], 1)
        for one in l.get("logicalLocations", []):
            self.assertEqual(set(one), {"name"})
        if "message" in l:
            self.message(l["message"])

    def valid(self, log):
        self.assertEqual(set(log), {"$schema", "version", "runs"})
        self.assertEqual(log["version"], "2.1.0")
        run, = log["runs"]
        self.assertEqual(set(run), {"tool", "invocations", "results",
                                    "columnKind"})
        driver = run["tool"]["driver"]
        self.assertEqual(set(driver), {"name", "version", "rules"})
        rules = [r["id"] for r in driver["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for rule in driver["rules"]:
            self.message(rule["shortDescription"])
            if "help" in rule:
                self.message(rule["help"])
        for invocation in run["invocations"]:
            self.assertIsInstance(invocation["executionSuccessful"], bool)
        for result in run["results"]:
            self.assertLessEqual(set(result), {
                "ruleId", "level", "message", "locations", "codeFlows",
                "partialFingerprints"})
            self.assertIn(result["ruleId"], rules)
            self.assertIn(result["level"], ("error", "note"))
            self.message(result["message"])
            for l in result["locations"]:
                self.location(l)
            for flow in result.get("codeFlows", []):
                self.message(flow["message"])
                self.assertTrue(flow["threadFlows"])
                for thread in flow["threadFlows"]:
                    self.assertTrue(thread["locations"])
                    for step in thread["locations"]:
                        self.assertLessEqual(set(step), {"location", "module"})
                        self.location(step["location"])
        return run

    def sarif(self, status, *words):
        self.check(status, "--sarif", "s.json", *words)
        with open(self.path("s.json")) as f:
            return self.valid(json.load(f))

    def test_same(self):
        self.assertEqual(self.sarif(0, "--", cause("same"))["results"], [])

    def test_different(self):
        run = self.sarif(1, "--native", "--", cause("clock"))
        first = run["results"][0]
        self.assertEqual(first["ruleId"], "clock_gettime")
        self.assertTrue(first["codeFlows"])
        where = first["locations"][0]["physicalLocation"]
        self.assertTrue(where["artifactLocation"]["uri"].endswith("clock.c"))
        self.assertEqual(where["region"]["startLine"], 10)

    def test_relative_to_the_source(self):
        with open(self.path("now.py"), "w") as f:
            f.write("import time\nprint(time.time())\n")
        run = self.sarif(1, "--native", "--", "/usr/bin/python3", "now.py")
        where = run["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(where["artifactLocation"],
                         {"uri": "now.py", "uriBaseId": "SRCROOT"})
        self.assertEqual(where["region"]["startLine"], 2)

    def test_trouble(self):
        run = self.sarif(2, "--", cause("same"), "fails")
        self.assertFalse(run["invocations"][0]["executionSuccessful"])

    def test_odd_bytes(self):
        self.sarif(1, "--native", "--", "sh", "-c", ODD)


class GitHub(Case):
    COMMAND = re.compile(rb"^::(error|notice) ((file=[^:,]+,line=\d+,)?"
                         rb"title=[^:,\n]*)::[^\n]*$")

    def lines(self, status, *words):
        summary = self.path("summary.md")
        out = self.check(status, "--github", *words,
                         GITHUB_STEP_SUMMARY=summary)
        for line in out.splitlines():
            self.assertRegex(line, self.COMMAND)
        with open(summary, "rb") as f:
            self.assertTrue(f.read().startswith(b"### samebits: "))
        return out

    def test_all(self):
        self.assertIn(b"::notice", self.lines(0, "--", cause("same")))
        out = self.lines(1, "--native", "--", cause("clock"))
        self.assertIn(b"clock.c,line=10,", out)
        self.lines(2, "--", cause("same"), "fails")
        self.lines(1, "--native", "--", "sh", "-c", ODD)


class Json(Case):
    def test_keys(self):
        for status, words in ((0, (cause("same"),)),
                              (2, (cause("same"), "fails"))):
            data = json.loads(self.check(status, "--json", "--", *words))
            self.assertEqual(set(data), {
                "verdict", "likely", "sentence", "program", "runs", "compared",
                "not_controlled", "results_that_differ", "between",
                "first_differences",
                "depends_on"})
        data = json.loads(self.check(1, "--json", "--native", "--",
                                     cause("clock")))
        self.assertEqual(data["verdict"], "different")
        self.assertEqual(data["first_differences"][0]["group"], "clock")


class Cures(Case):
    def test_every_group_has_one(self):
        """A verdict says of each source what would control it."""
        done = subprocess.run((SAMEBITS, "sources", "--json"), check=True,
                              stdout=subprocess.PIPE)
        groups = {s["group"] for s in json.loads(done.stdout)}
        tools = os.path.join(os.path.dirname(EXAMPLES), "tools")
        with open(os.path.join(tools, "cure.c")) as f:
            named = set(re.findall(r'^\t\{ "([a-z_]+)"', f.read(), re.M))
        self.assertEqual(groups - named, set())


class Jobs(unittest.TestCase):
    def test_examples(self):
        """The ready jobs ask for what there is."""
        done = subprocess.run((SAMEBITS, "check", "--help"), check=True,
                              stdout=subprocess.PIPE, text=True)
        there = set(re.findall(r"--[a-z-]+", done.stdout))
        for name in ("github.yml", "gitlab-ci.yml"):
            with open(os.path.join(EXAMPLES, "ci", name)) as f:
                text = f.read()
            calls = re.findall(r"samebits check[^\n]*(?:\\\n[^\n]*)*", text)
            self.assertTrue(calls)
            for call in calls:
                options = set(re.findall(r"--[a-z]+[a-z-]*", call))
                self.assertLessEqual(options, there)


if __name__ == "__main__":
    unittest.main()
