# SPDX-License-Identifier: MIT
# Each child seeds itself.
library(parallel)
print(unlist(mclapply(1:6, function(i) rnorm(1) + i, mc.cores = 2)))
print(unlist(mclapply(1:6, function(i) i * i, mc.cores = 2)))
