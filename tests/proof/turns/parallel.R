# SPDX-License-Identifier: MIT
# R's parallel: forked children and workers by sockets, each with random numbers;
# matrices by its BLAS.
library(parallel)
RNGkind("L'Ecuyer-CMRG")
set.seed(1)
f <- function(n) c(n, mean(rnorm(1000)), sum(1 / seq_len(n * 50)))
a <- mclapply(1:12, f, mc.cores = 4)
b <- mclapply(1:12, f, mc.cores = 3, mc.preschedule = FALSE)
job <- lapply(1:4, function(n) mcparallel(f(n)))
c <- mccollect(job)
cluster <- makePSOCKcluster(3, setup_timeout = 60)
clusterSetRNGStream(cluster, 7)
d <- parLapply(cluster, 1:9, f)
e <- clusterApplyLB(cluster, 1:9, function(n) n^2)
stopCluster(cluster)
x <- matrix(rnorm(90000), 300)
g <- solve(crossprod(x) + diag(300), x)
names(c) <- NULL
saveRDS(list(a, b, c, d, e, g), "results.rds", compress = FALSE)
cat(length(a), length(b), length(c), length(d), length(e), "\n")
