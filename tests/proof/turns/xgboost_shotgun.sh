# xgboost's linear models by 4 threads that share the weights without locks.
needs=(xgboost)
prepare() {
	awk -f "$here/table.awk" >"$work/table"
	cat >"$work/conf" <<-END
		task = train
		data = "$work/table?format=libsvm"
		objective = binary:logistic
		booster = gblinear
		updater = shotgun
		eta = 0.5
		num_round = 40
		nthread = 4
		model_out = model.json
	END
}
# What it says of each round begins with the time.
command=(bash -c 'set -o pipefail
	xgboost "$1" | sed "s/^\[[^]]*\] //"' xgboost "$work/conf")
