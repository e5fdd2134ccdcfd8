# SPDX-License-Identifier: MIT
print(rnorm(3))
print(sample(100, 5))
print(kmeans(matrix(rnorm(300), 100), 3)$withinss)
print(summary(lm(rnorm(50) ~ runif(50)))$r.squared)
print(format(Sys.time(), "%OS6"))
saveRDS(rexp(10), "draws.rds")
