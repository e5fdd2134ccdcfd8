# The command of xgboost: boosted trees by 4 threads, their predictions, and the
# model as text.
needs=(xgboost)
prepare() {
	awk -f "$here/table.awk" >"$work/table"
	cat >"$work/conf" <<-END
		task = train
		data = "$work/table?format=libsvm"
		objective = reg:squarederror
		booster = gbtree
		tree_method = hist
		max_depth = 5
		eta = 0.3
		subsample = 0.8
		colsample_bytree = 0.7
		num_round = 6
		nthread = 4
		eval_train = 1
		model_out = model.json
	END
}
# What it says of each round begins with the time.
command=(bash -c 'set -eo pipefail
	xgboost "$1" | sed "s/^\[[^]]*\] //"
	xgboost "$1" task=pred model_in=model.json "test:data=$2?format=libsvm" |
		sed "s/^\[[^]]*\] //"
	xgboost "$1" task=dump model_in=model.json | sed "s/^\[[^]]*\] //"' \
	xgboost "$work/conf" "$work/table")
