# SPDX-License-Identifier: MIT
library(parallel)
print(unlist(mclapply(1:6, function(i) rnorm(1) + i, mc.cores = 2)))
print(unlist(mclapply(1:6, function(i) i * i, mc.cores = 2)))
cluster <- makePSOCKcluster(2)
clusterSetRNGStream(cluster, sample(1e6, 1))
print(unlist(parLapply(cluster, 1:4, function(i) rnorm(1))))
stopCluster(cluster)
