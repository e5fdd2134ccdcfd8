# SPDX-License-Identifier: MIT
x <- matrix(rnorm(400), 100)
print(colMeans(x), digits = 16)
print(kmeans(x, 3)$withinss, digits = 16)
print(mean(replicate(50, mean(sample(x[, 1], replace = TRUE)))), digits = 16)
print(as.numeric(Sys.time()), digits = 17)
print(basename(tempfile()))
