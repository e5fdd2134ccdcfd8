# The same by another way to find the trees, and another objective.
needs=(xgboost)
prepare() {
	awk -f "$here/table.awk" >"$work/table"
	cat >"$work/conf" <<-END
		task = train
		data = "$work/table?format=libsvm"
		objective = binary:logistic
		booster = gbtree
		tree_method = approx
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
command=(sh -c 'xgboost "$1" 2>&1 && xgboost "$1" task=pred model_in=model.json \
	test:data="$2?format=libsvm" && xgboost "$1" task=dump model_in=model.json' \
	xgboost "$work/conf" "$work/table")
