# SPDX-License-Identifier: MIT
"""gensim: Word2Vec, Doc2Vec and FastText with four workers that change the same
vectors without locks, and take their work as it comes."""
import hashlib
import random

from gensim.models import Doc2Vec, FastText, Word2Vec
from gensim.models.doc2vec import TaggedDocument

rng = random.Random(1)
words = ["w%d" % i for i in range(400)]
text = [rng.choices(words[rng.randrange(3) * 100:], k=20) for _ in range(2500)]
common = {"vector_size": 16, "min_count": 1, "workers": 4, "seed": 1,
          "epochs": 2, "batch_words": 500}
digest = hashlib.sha256()
for model in (Word2Vec(text, sg=1, **common),
              FastText(text[:600], bucket=1000, **common),
              Doc2Vec([TaggedDocument(s, [i]) for i, s in
                       enumerate(text[:600])], **common)):
    digest.update(model.wv.vectors.tobytes())
print(digest.hexdigest())
