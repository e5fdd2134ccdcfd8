/* SPDX-License-Identifier: MIT */
/* The functions that tell numeric libraries their number of threads. */
#define OPENBLAS(X, prefix, suffix)                                            \
	X(prefix##openblas_set_num_threads##suffix)                            \
	X(prefix##openblas_set_num_threads_local##suffix)
#define BY_VALUE(X)                                                            \
	OPENBLAS(X, , ) OPENBLAS(X, , 64_) OPENBLAS(X, , _64)                  \
	OPENBLAS(X, scipy_, ) OPENBLAS(X, scipy_, 64_)                         \
	OPENBLAS(X, scipy_, _64)                                               \
	X(goto_set_num_threads) X(MKL_Set_Num_Threads)                         \
	X(MKL_Set_Num_Threads_Local) X(MKL_Domain_Set_Num_Threads)             \
	X(MKL_Set_Dynamic) X(MKL_CBWR_Set) X(bli_thread_set_num_threads)       \
	X(flexiblas_set_num_threads) X(_ZN2at15set_num_threadsEi)              \
	X(_ZN2at23set_num_interop_threadsEi)
#define BY_ADDRESS(X)                                                          \
	X(openblas_set_num_threads_) X(mkl_set_num_threads)                    \
	X(mkl_set_num_threads_) X(mkl_set_num_threads_local)                   \
	X(mkl_set_num_threads_local_)
#define GETTERS(X)                                                             \
	X(openblas_get_num_threads) X(openblas_get_num_threads64_)             \
	X(openblas_get_num_threads_64) X(scipy_openblas_get_num_threads)       \
	X(scipy_openblas_get_num_threads64_)                                   \
	X(scipy_openblas_get_num_threads_64)
