# SPDX-License-Identifier: MIT
# R, unseeded: draws, k-means, a bootstrap, the time
needs=(r-base-core)
command=(Rscript --vanilla "$here/draws.R")
