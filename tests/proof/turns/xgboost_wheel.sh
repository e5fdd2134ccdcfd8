# SPDX-License-Identifier: MIT
# XGBoost as PyPI has it, with four threads
pip=(xgboost-cpu)
prepare() {
	command=("$python" "$here/boost.py" xgboost)
}
