# SPDX-License-Identifier: MIT
# R: forked children, workers by sockets, BLAS
needs=(r-base-core)
command=(Rscript "$here/parallel.R")
