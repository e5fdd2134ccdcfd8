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
		num_round = 20
		nthread = 4
		model_out = model.json
	END
}
command=(xgboost "$work/conf" verbosity=0)
