# SPDX-License-Identifier: MIT
"""fastText, supervised and skipgram, with 4 threads without locks."""
import hashlib
import random
import subprocess
import tempfile

rng = random.Random(1)
words = ["word%d" % i for i in range(300)]
with tempfile.TemporaryDirectory() as d:
    with open(d + "/text", "w") as f:
        for _ in range(600):
            label = rng.randrange(3)
            line = rng.choices(words[label * 80:], k=12)
            f.write("__label__%d %s\n" % (label, " ".join(line)))
    for mode in ("supervised", "skipgram"):
        subprocess.run(("fasttext", mode, "-input", d + "/text", "-output",
                        d + "/model", "-thread", "4", "-dim", "12", "-epoch",
                        "3", "-minCount", "1", "-bucket", "2000"),
                       check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        with open(d + "/model.vec", "rb") as f:
            print(mode, hashlib.sha256(f.read()).hexdigest())
