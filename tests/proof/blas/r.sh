# SPDX-License-Identifier: MIT
# R as Debian has it
needs=(r-base-core libopenblas0-pthread liblapack3)
command=(Rscript --vanilla "$here/matrices.R")
