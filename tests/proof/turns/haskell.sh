# SPDX-License-Identifier: MIT
# Haskell: threads of the system and of the runtime on four processors
needs=(ghc)
prepare() {
	ghc -threaded -outputdir "$work" -o "$work/order" "$here/order.hs"
	command=("$work/order")
}
