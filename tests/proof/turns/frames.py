# SPDX-License-Identifier: MIT
"""Polars (a pool in Rust) or Arrow (one in C++): groups in the order in which
threads find them, and sums of floats."""
import hashlib
import sys

import numpy as np

rng = np.random.default_rng(1)
N = 200000
columns = {"k": rng.integers(0, 500, N), "v": rng.standard_normal(N),
           "w": rng.standard_normal(N).astype(np.float32)}


def polars():
    import polars as pl
    frame = pl.DataFrame(columns)
    lazy = frame.lazy().filter(pl.col("v") > -1)
    yield lazy.group_by("k").agg(pl.col("v").sum(), pl.col("w").mean(),
                                 pl.len()).collect()
    yield lazy.join(frame.lazy().unique("k", keep="any"), on="k").select(
        pl.col("v").sum(), pl.col("w_right").sum()).collect()
    yield frame.sort("w").head(2000)
    frame.write_parquet("frame.parquet")
    yield pl.scan_parquet("frame.parquet").group_by("k").agg(
        pl.col("v").std()).collect()


def pyarrow():
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq
    table = pa.table(columns)
    pa.set_cpu_count(4)
    for n in range(6):
        pq.write_table(table.slice(n * 30000, 30000), "part%d.parquet" % n,
                       row_group_size=5000)
    whole = ds.dataset([("part%d.parquet" % n) for n in range(6)])
    yield whole.to_table(filter=pc.field("v") > 0).group_by("k").aggregate(
        [("v", "sum"), ("w", "mean")])
    yield table.group_by("k").aggregate([("v", "sum"), ("w", "stddev")])
    yield [b.num_rows for b in whole.to_batches()]
    yield table.join(table.group_by("k").aggregate([("v", "max")]), "k").slice(
        0, 500)


digest = hashlib.sha256()
for part in {"polars": polars, "pyarrow": pyarrow}[sys.argv[1]]():
    for row in part if isinstance(part, list) else part.to_pydict().items() \
            if hasattr(part, "to_pydict") else part.to_dict(
                as_series=False).items():
        digest.update(repr(row).encode())
print(digest.hexdigest())
