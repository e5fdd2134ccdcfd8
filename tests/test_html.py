#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pages and plots of samebits report, in a real browser."""
import html
import html.parser
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as ET

import trials_fixture

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]
CHROMIUM = shutil.which("chromium")
MOST = 2 << 20  # bytes of a page

JOB = """
import os, random, time

def seed():
    return time.time_ns()

def train():
    for i in range(30):
        random.random()
        os.urandom(8)
        if i % 10 == 0:
            time.sleep(.005)

random.seed(seed())
train()
print("loss: %.4f" % random.random())
"""

# Strings that a page must show and not obey.
HOSTILE = ("</script><script>document.title='hacked'</script>",
           "<img src=http://192.0.2.1/x onerror=document.title='hacked'>",
           "\"'&amp;</title></style>", b"\xff\xed\xa0\x80\x01\xe2\x80\xae")

BEFORE = """<script>
var faults = [];
window.addEventListener("error", function (e) { faults.push(e.message); });
document.addEventListener("securitypolicyviolation", function (e) {
	faults.push(e.violatedDirective); });
</script>"""

# What a browser made of the page: into the document around it, which it dumps.
AFTER = """<script>
(function () {
function channel(v) {
	v /= 255;
	return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4);
}
function parts(colour) {
	var n = colour.match(/[\\d.]+/g).map(Number);
	return n.length < 4 ? n.concat(1) : n;
}
function luminance(c) {
	return .2126 * channel(c[0]) + .7152 * channel(c[1]) +
		.0722 * channel(c[2]);
}
function ground(e) {
	for (; e; e = e.parentElement) {
		var c = parts(getComputedStyle(e).backgroundColor);
		if (c[3] > 0)
			return c;
	}
	return [255, 255, 255, 1];
}
function contrast(e) {
	var style = getComputedStyle(e);
	var c = parts(e.ownerSVGElement ? style.fill : style.color);
	var a = luminance(c), b = luminance(ground(e));
	return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
}
function texts() {
	var walker = document.createTreeWalker(document.body,
		NodeFilter.SHOW_TEXT), found = [];
	while (walker.nextNode()) {
		var e = walker.currentNode.parentElement;
		if (walker.currentNode.data.trim() && e.getClientRects().length &&
		    !/^(SCRIPT|STYLE|TITLE)$/i.test(e.tagName))
			found.push(e);
	}
	return found;
}
var wide = [], limit = document.documentElement.clientWidth + 1;
document.querySelectorAll("body *").forEach(function (e) {
	var box = e.getBoundingClientRect();
	if (box.right > limit && !e.closest(".flame") && box.width &&
	    !e.closest("svg") && !e.closest("thead"))
		wide.push(e.tagName + "." + e.className);
});
var pale = texts().filter(function (e) { return contrast(e) < 4.5; });
var result = {
	faults: faults,
	width: innerWidth,
	scroll: document.documentElement.scrollWidth,
	wide: wide.slice(0, 5),
	pale: pale.map(function (e) { return e.outerHTML.slice(0, 120); })
		.slice(0, 5),
	texts: texts().length,
	ground: getComputedStyle(document.body).backgroundColor,
	resources: performance.getEntriesByType("resource").length,
	title: document.title,
	scripts: document.scripts.length,
	images: document.images.length
};
ACTIONS
parent.document.documentElement.setAttribute("data-result",
	encodeURIComponent(JSON.stringify(result)));
})();
</script>"""

FLAME = """
var flame = document.querySelector(".flame");
var frames = Array.from(flame.querySelectorAll("button"));
function key(name) {
	document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
		{ key: name, bubbles: true, cancelable: true }));
	return document.activeElement;
}
function shown(e) { return e.getClientRects().length > 0; }
result.stops = frames.filter(function (f) { return f.tabIndex === 0; }).length;
frames[0].focus();
var child = key("ArrowDown");
var grandchild = key("ArrowDown");
result.down = [child.style.getPropertyValue("--y"),
	grandchild.style.getPropertyValue("--y")];
result.detail = document.querySelector(".detail").textContent;
result.up = key("ArrowUp") === child;
var narrow = frames.filter(function (f) {
	return f.offsetWidth < flame.offsetWidth / 3 && f.offsetWidth > 1; })[0];
flame.classList.remove("live");
narrow.click();
result.zoomed = narrow.offsetWidth / flame.offsetWidth;
result.hidden = frames.filter(function (f) { return !shown(f); }).length;
result.above = frames[0].offsetWidth / flame.offsetWidth;
key("Escape");
result.back = frames.every(shown) &&
	narrow.offsetWidth < flame.offsetWidth / 3;
result.stopsAfter = frames.filter(function (f) {
	return f.tabIndex === 0; }).length;
var bar = document.querySelector(".wide svg .tip");
bar.dispatchEvent(new PointerEvent("pointermove",
	{ clientX: 20, clientY: 20, bubbles: true }));
result.tip = document.querySelector(".tooltip").textContent;
result.tipSeen = shown(document.querySelector(".tooltip"));
"""

SORT = """
var table = document.querySelector("#trials table");
function column(n) {
	return Array.from(table.tBodies[0].rows).map(function (row) {
		return row.cells[n].textContent; });
}
var buttons = table.querySelectorAll("thead button");
result.heads = Array.from(buttons).map(function (b) {
	return b.textContent; });
buttons[2].click();
result.up = column(2);
buttons[2].click();
result.down = column(2);
result.sorted = buttons[2].parentElement.getAttribute("aria-sort");
result.failed = document.querySelectorAll("tr.failed").length;
"""


class Balanced(html.parser.HTMLParser):
    """Every element is closed where it was opened."""
    VOID = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text = [], [], []
        self.ids, self.faults = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.ids += [v for n, v in attributes if n == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append("%s at %s" % (tag, self.getpos()))

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dir = tempfile.TemporaryDirectory(prefix="samebits-html-",
                                          dir="/var/tmp")
        cls.addClassCleanup(dir.cleanup)
        cls.dir = dir.name
        with open(cls.path("job.py"), "w") as f:
            f.write(JOB)
        cls.make()

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.dir, *names)

    @classmethod
    def samebits(cls, status, *words):
        done = subprocess.run((SAMEBITS, *words), cwd=cls.dir,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=100)
        if done.returncode != status:
            raise AssertionError("%s: %d\n%s" % (words, done.returncode,
                                                 done.stderr))
        return done

    @classmethod
    def page(cls, *run):
        """The page's text, which is in page.html, too."""
        cls.samebits(0, "report", "--html", "page.html", *run)
        with open(cls.path("page.html"), "rb") as f:
            return f.read().decode("utf-8")

    def parse(self, page):
        parser = Balanced()
        parser.feed(page)
        parser.close()
        self.assertEqual((parser.faults, parser.open), ([], []))
        self.assertEqual(len(parser.ids), len(set(parser.ids)))
        return parser

    def alone(self, page):
        """Nothing in it leads anywhere but into itself."""
        parser = self.parse(page)
        self.assertLess(len(page.encode()), MOST)
        for tag, attributes in parser.tags:
            self.assertNotIn(tag, ("link", "img", "iframe", "object"))
            self.assertNotIn("src", attributes)
            if "href" in attributes:
                self.assertTrue(attributes["href"].startswith("#"))
        for style in re.findall(r"<style>(.*?)</style>", page, re.S):
            self.assertNotRegex(style, r"url\(|@import|https?:")
        self.assertIn("default-src 'none'", page)
        self.assertIn(("meta", {"name": "viewport", "content":
                                "width=device-width, initial-scale=1"}),
                      parser.tags)
        return parser

    def browse(self, page, width=1280, height=900, dark=False, actions=""):
        """What the browser measured, having done `actions`. In a frame, as
        windows are never narrower than 500 pixels."""
        inner = (page.replace("<head>", "<head>" + BEFORE, 1)
                 .replace("</body>", AFTER.replace("ACTIONS", actions)
                          + "</body>"))
        with open(self.path("shown.html"), "w") as f:
            f.write("<!DOCTYPE html><body style='margin:0'><iframe style='"
                    "border:0;width:%dpx;height:%dpx' srcdoc=\"%s\"></iframe>"
                    % (width, height, html.escape(inner)))
        done = self.chromium("--dump-dom", width, height, dark)
        found = re.search(rb'<html data-result="([^"]*)"', done.stdout)
        self.assertTrue(found, done.stderr[-2000:])
        return json.loads(urllib.parse.unquote(found.group(1).decode()))

    def chromium(self, what, width, height, dark=False):
        with tempfile.TemporaryDirectory(dir=self.dir) as data:
            return subprocess.run(
                (CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--hide-scrollbars",
                 "--no-first-run", "--disable-extensions",
                 "--disable-background-networking",
                 "--disable-component-update", "--disable-sync",
                 "--user-data-dir=" + data,
                 "--blink-settings=preferredColorScheme=%d" % (not dark),
                 "--window-size=%d,%d" % (width, height), what,
                 "file://" + self.path("shown.html")),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90,
                env=dict(os.environ, HOME=data))

    def good(self, page, width, **more):
        """In order, at this width."""
        seen = self.browse(page, width, **more)
        self.assertEqual(seen["faults"], [])
        self.assertEqual(seen["resources"], 0)
        self.assertEqual(seen["width"], width)
        self.assertLessEqual(seen["scroll"], width)
        self.assertEqual(seen["wide"], [])
        self.assertEqual(seen["pale"], [])
        self.assertGreater(seen["texts"], 10)
        return seen


class Run(Case):
    @classmethod
    def make(cls):
        cls.samebits(0, "run", "-q", "--trace", "full", "--seed", "7", "--",
                     "/usr/bin/python3", "job.py")
        cls.samebits(0, "audit", "-q", "--", "/usr/bin/python3", "job.py")

    def test_all_is_there_without_scripts(self):
        with open(self.path(".samebits", "000001", "environment.json"),
                  "w") as f:
            json.dump({"format": 1,
                       "cpu": {"model": "Some <CPU>", "flags": ["avx", "fma"]},
                       "packages": [{"name": "numpy", "version": "1.24.2"}]},
                      f)
        page = self.page("1")
        text = " ".join(self.alone(page).text)
        for word in ("clock_gettime", "getrandom", "python3 job.py", "seed",
                     "forced", "Blind spots", "Some <CPU>", "1.24.2",
                     "job.py:12", "milliseconds of the logical clock"):
            self.assertIn(word, text)
        os.unlink(self.path(".samebits", "000001", "environment.json"))

    def light(self, seen):
        return sum(map(int, re.findall(r"\d+", seen["ground"])))

    def test_phone_and_flame(self):
        seen = self.good(self.page("1"), 360, height=800)
        self.assertGreater(self.light(seen), 700)
        seen = self.good(self.page("1"), 1280, actions=FLAME)
        self.assertEqual((seen["stops"], seen["stopsAfter"]), (1, 1))
        self.assertEqual(seen["down"], ["1", "2"])
        self.assertRegex(seen["detail"], r": [\d\u202f]+ calls? \(")
        self.assertTrue(seen["up"])
        self.assertGreater(seen["zoomed"], .99)
        self.assertGreater(seen["above"], .99)
        self.assertGreater(seen["hidden"], 0)
        self.assertTrue(seen["back"])
        self.assertRegex(seen["tip"], r"^\w+: \d+ calls?$")
        self.assertTrue(seen["tipSeen"])

    def test_dark(self):
        seen = self.good(self.page("1"), 1280, dark=True)
        self.assertLess(self.light(seen), 120)

    def test_without_events(self):
        page = self.page("2")
        text = " ".join(self.alone(page).text)
        self.assertIn("On a logarithmic scale", text)
        self.assertIn("observed", text)
        self.assertNotIn("Over time", text)

    def test_denied(self):
        self.samebits(125, "run", "-q", "--deny", "getrandom", "--",
                      os.path.join(CAUSES, "cause_entropy"))
        text = " ".join(self.alone(self.page()).text)
        self.assertIn("a denied call ended the run", text)
        self.assertIn("getrandom, in process 0, thread 0", text)
        self.assertIn("entropy.c:", text)

    def test_screenshot(self):
        """It is more than an empty sheet."""
        self.page("1")
        shutil.copy(self.path("page.html"), self.path("shown.html"))
        self.chromium("--screenshot=" + self.path("shot.png"), 360, 800)
        with open(self.path("shot.png"), "rb") as f:
            head = f.read(24)
        self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(int.from_bytes(head[16:20], "big"), 360)
        self.assertGreater(os.path.getsize(self.path("shot.png")), 15000)

    def test_where_it_cannot_be_written(self):
        for word in ("--html", "--svg"):
            done = self.samebits(125, "report", word, "/nowhere/at/all", "1")
            self.assertIn(b"/nowhere/at/all", done.stderr)
        done = self.samebits(0, "report", "--html", "-", "1")
        self.assertTrue(done.stdout.startswith(b"<!DOCTYPE html>"))


class Hostile(Case):
    @classmethod
    def make(cls):
        os.mkdir(cls.path("odd"))
        odd = os.path.join(os.fsencode(cls.path("odd")),
                           b"<script>alert(1)\n\xff&\"'.txt")
        cls.samebits(0, "run", "-q", "--", "sh", "-c", "date > \"$1\"", "sh",
                     odd, *HOSTILE)
        trials_fixture.make(cls.path(".samebits", "000009"),
                            metrics=("a<b>\"'&", HOSTILE[0]),
                            argv=("x", *HOSTILE[:3]), trouble=HOSTILE[1])

    def shown(self, page):
        text = "".join(self.alone(page).text)
        for word in HOSTILE[:3]:
            self.assertIn(word, text.replace("'\\''", "'"))
        seen = self.good(page, 360, height=800)
        self.assertNotIn("hacked", seen["title"])
        self.assertEqual(seen["scripts"], 3)
        self.assertEqual(seen["images"], 0)
        return text

    def test_run(self):
        text = self.shown(self.page("1"))
        self.assertIn("<script>alert(1)", text)
        # What is not UTF-8, a control and what turns the direction.
        self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\u202e]")
        self.assertIn("\ufffd", text)

    def test_trials(self):
        page = self.page("trials")
        self.shown(page)
        self.good(page, 1280)
        self.samebits(0, "report", "--svg", "plots", "trials")
        for name in os.listdir(self.path("plots")):
            self.assertRegex(name, r"^[\w.-]+$")
            text = "".join(ET.parse(self.path("plots", name)).getroot()
                           .itertext())
            self.assertTrue("a<b>\"'&" in text or HOSTILE[0] in text)


class Large(Case):
    """Of a program with many symbols each is looked for once, not at every
    frame that names it: node's page took a minute."""
    @classmethod
    def make(cls):
        with open(cls.path("many.s"), "w") as f:
            for i in range(150000):
                f.write(".globl s%d\n.type s%d,@function\ns%d: ret\n"
                        ".size s%d,1\n" % (i, i, i, i))
            f.write(".section .note.GNU-stack\n")
        with open(cls.path("deep.c"), "w") as f:
            f.write("#include <time.h>\n"
                    "#define EACH(n) case n: time(0); break;\n"
                    "#define TEN(n) EACH(n##0) EACH(n##1) EACH(n##2) "
                    "EACH(n##3) EACH(n##4) EACH(n##5) EACH(n##6) EACH(n##7) "
                    "EACH(n##8) EACH(n##9)\n"
                    "__attribute__((noinline)) int deep(int n, int i)\n{\n"
                    "if (n) return deep(n - 1, i) + 1;\n"
                    "switch (i) { TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) "
                    "TEN(7) TEN(8) TEN(9) }\nreturn i;\n}\n"
                    "int main(void)\n{\nfor (int i = 10; i < 100; i++)\n"
                    "if (deep(12, i) == 1) return 1;\nreturn 0;\n}\n")
        subprocess.run(["cc", "-O1", "-fno-optimize-sibling-calls",
                        "-fno-omit-frame-pointer", "-o", "many", "deep.c",
                        "many.s"], cwd=cls.dir, check=True)
        cls.samebits(0, "run", "-q", "--", "./many")

    def test_time(self):
        def used():
            return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        before = used()
        self.samebits(0, "report")
        text = used() - before
        page = self.page()
        self.assertIn("deep", page)
        self.assertLess(used() - before - text, 4 * text + 0.5)


class Verdicts(Case):
    @classmethod
    def make(cls):
        cls.samebits(1, "check", "-q", "--native", "--", "/usr/bin/python3",
                     "job.py")
        cls.samebits(0, "check", "-q", "--",
                     os.path.join(CAUSES, "cause_same"))
        cls.same = max(
            r["run"] for r in json.loads(
                cls.samebits(0, "list", "--json").stdout)
            if r["mode"] == "check")
        cls.samebits(1, "blame", "-q", "-k", "2", "--metric",
                     "loss=loss: ([0-9.]+)", "--", "/usr/bin/python3",
                     "job.py")

    def record(self):
        with open(self.path(".samebits", "000001", "experiment.json")) as f:
            return json.load(f)

    def test_check(self):
        verdict = self.record()["verdict"]
        for run, threads, memory in zip(verdict["between"], (4, 8), (1, 2)):
            path = self.path(".samebits", run, "environment.json")
            with open(path) as f:
                environment = json.load(f)
            environment["libraries"] = [{"kind": "omp", "path": "/o.so",
                                         "threads": threads, "say": "<i>"}]
            environment["memory"] = {"bytes": memory, "same": 1}
            environment["variables"] = {}
            with open(path, "w") as f:
                json.dump(environment, f)
        page = self.page("1")
        text = " ".join(self.alone(page).text)
        self.assertIn("Different", text)
        self.assertRegex(text, r"numeric library\s+omp threads\s+4\s+8")
        self.assertRegex(text, r"surroundings\s+memory bytes\s+1\s+2")
        self.assertLess(text.index("numeric library"),
                        text.index("memory bytes"))
        self.assertNotIn("memory same", text)
        first = verdict["first_differences"][0]
        for word in (first["source"], first["values"][0], first["values"][1],
                     "samebits run controls it", "A is run",
                     "seed", "job.py:5", "stdout"):
            self.assertIn(word, text)
        self.assertEqual(page.count('<div class="side">') % 2, 0)
        side = """
        var s = document.querySelectorAll(".side");
        result.tops = [s[0].getBoundingClientRect().top,
            s[1].getBoundingClientRect().top];
        """
        tops = self.good(page, 1280, actions=side)["tops"]
        self.assertEqual(tops[0], tops[1])
        tops = self.good(page, 360, height=800, actions=side)["tops"]
        self.assertGreater(tops[1], tops[0] + 50)

    def test_same(self):
        text = " ".join(self.alone(self.page(self.same)).text)
        self.assertIn("The same bits", text)
        self.assertIn("in 2 runs: exit status 0", text)
        self.assertNotIn("first went apart", text)

    def test_blame(self):
        page = self.page("blame")
        text = " ".join(self.alone(page).text)
        self.assertRegex(text, r"The result depends on \w")
        self.assertRegex(text, r"clock\s+changes")
        self.assertIn("What control costs", text)
        self.assertIn("loss: 0.", text)
        self.good(page, 360, height=800, dark=True)

    def test_not_ended(self):
        os.mkdir(self.path(".samebits", "000900"))
        for name, content in (("experiment", {"format": 1, "kind": "check"}),
                              ("manifest", {"argv": ["x"]})):
            with open(self.path(".samebits", "000900", name + ".json"),
                      "w") as f:
                json.dump(content, f)
        text = " ".join(self.alone(self.page("900")).text)
        self.assertIn("ended in the middle", text)
        self.samebits(0, "rm", "--force", "900")

    def test_nothing_to_plot(self):
        done = self.samebits(125, "report", "--svg", "none", "1")
        self.assertIn(b"nothing to plot", done.stderr)
        self.assertFalse(os.path.exists(self.path("none")))


class Trials(Case):
    @classmethod
    def make(cls):
        cls.record = trials_fixture.make(cls.path(".samebits", "000001"))

    def test_page(self):
        page = self.page("trials")
        text = " ".join(self.alone(page).text)
        for name, summary in self.record["summary"].items():
            self.assertIn(summary["sentence"], text)
            self.assertIn("%.5g to %.5g" % (summary["bca_low"],
                                            summary["bca_high"]), text)
        self.assertIn("failed, status 3", text)
        self.assertIn("NaN", text)
        self.assertIn("± 1 standard deviation", text)
        # In each of two widths: trials with a series of each metric.
        self.assertEqual(page.count('class="curve"'), 2 * (11 + 11))
        self.assertEqual(page.count('class="dot"'), 2 * (11 + 10))
        seen = self.good(page, 1280, actions=SORT)
        self.assertEqual(seen["heads"][:4],
                         ["trial", "seed", "accuracy", "loss"])
        numbers = [float(v) for v in seen["up"] if v != "–"]
        self.assertEqual(len(numbers), 11)
        self.assertEqual(numbers, sorted(numbers))
        numbers = [float(v) for v in seen["down"] if v != "–"]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual(seen["sorted"], "descending")
        self.assertEqual(seen["failed"], 1)
        self.good(page, 360, height=800, dark=True)

    def test_many(self):
        trials_fixture.make(self.path(".samebits", "000002"), n=1000,
                            steps=300, metrics=("loss",))
        text = " ".join(self.alone(self.page("2")).text)
        self.assertIn("1000 trials", text)
        self.assertIn("more trials, not shown", text)
        self.assertIn("more trials, which count in mean and band", text)
        self.samebits(0, "rm", "--force", "2")

    def mean(self, path):
        """Where the mean's mark lies between two ticks, as a value."""
        root = ET.parse(path).getroot()
        space = "{http://www.w3.org/2000/svg}"
        ticks = sorted((float(t.get("x")), float(t.text))
                       for t in root.iter(space + "text")
                       if t.get("class") == "tick middle")
        (x0, v0), (x1, v1) = ticks[0], ticks[-1]
        dot = [c for c in root.iter(space + "circle")
               if c.get("class") == "dot-mean"]
        self.assertEqual(len(dot), 1)
        return v0 + (float(dot[0].get("cx")) - x0) / (x1 - x0) * (v1 - v0)

    def test_svg(self):
        self.samebits(0, "report", "--svg", "plots", "trials")
        names = sorted(os.listdir(self.path("plots")))
        self.assertEqual(names, ["curves-1-accuracy.svg", "curves-2-loss.svg",
                                 "values-1-accuracy.svg", "values-2-loss.svg"])
        for name in names:
            root = ET.parse(self.path("plots", name)).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            with open(self.path("plots", name)) as f:
                self.assertNotRegex(f.read(), r"var\(|NaN|inf")
        for number, name in enumerate(self.record["summary"]):
            summary = self.record["summary"][name]
            drawn = self.mean(self.path("plots", "values-%d-%s.svg"
                                        % (number + 1, name)))
            room = (summary["most"] - summary["least"]) / 100
            self.assertAlmostEqual(drawn, summary["mean"], delta=room)


class Plots(Case):
    @classmethod
    def make(cls):
        cls.samebits(0, "run", "-q", "--trace", "full", "--",
                     "/usr/bin/python3", "job.py")
        cls.samebits(1, "blame", "-q", "-k", "2", "--",
                     os.path.join(CAUSES, "cause_clock"))

    def test_run(self):
        self.samebits(0, "report", "--svg", "plots", "1")
        self.assertEqual(sorted(os.listdir(self.path("plots"))),
                         ["flame.svg", "sources.svg", "time.svg"])
        space = "{http://www.w3.org/2000/svg}"
        report = json.loads(self.samebits(0, "report", "--json", "1").stdout)
        root = ET.parse(self.path("plots", "sources.svg")).getroot()
        titles = [t.text for t in root.iter(space + "title")]
        for s in report["sources"]:
            self.assertIn("%s (%s): %d calls, %s" % (
                s["name"], s["group"], s["calls"], s["policy"]), titles)
        root = ET.parse(self.path("plots", "time.svg")).getroot()
        rows = [t.text for t in root.iter(space + "text")
                if t.get("class") == "strong"]
        self.assertLessEqual({s["group"] for s in report["sources"]},
                             set(rows))
        # All events are in some bar.
        bars = [t.text for t in root.iter(space + "title")]
        calls = sum(int(m.group(1)) for m in
                    (re.search(r": (\d+) call", b) for b in bars) if m)
        told = sum(int(m.group(1)) for m in
                   (re.match(r"(\d+) call", t.text or "")
                    for t in root.iter(space + "text")) if m)
        self.assertEqual(calls, told)
        root = ET.parse(self.path("plots", "flame.svg")).getroot()
        text = [t.text for t in root.iter(space + "title")]
        self.assertTrue([t for t in text if "job.py:" in t])
        self.assertEqual(text[1], "all calls: %d calls" % (
            sum(s["calls"] for s in report["sources"] + report["writes"])))

    def test_blame(self):
        self.samebits(0, "report", "--svg", "costs", "blame")
        self.assertEqual(os.listdir(self.path("costs")), ["costs.svg"])
        ET.parse(self.path("costs", "costs.svg"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
