# SPDX-License-Identifier: MIT
# Workers on the loopback; their seeds are given.
library(parallel)
cluster <- makePSOCKcluster(2)
clusterSetRNGStream(cluster, 7)
print(unlist(parLapply(cluster, 1:4, function(i) rnorm(1))))
stopCluster(cluster)
