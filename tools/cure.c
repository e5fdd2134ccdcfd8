/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cure.h"

struct cure {
	const char *name;
	const char *text;
};

/* What `run` controls, where it was not controlled this time. */
#define RUN "samebits run controls it"

#define BLAS                                                                   \
	"--blas=same gives it the same bits with any library, threads and "    \
	"processor; or other numbers went in: look at the events before it; "  \
	"--digest blas shows whether its operands differ"

/* By group: what to do where the value was the real one. */
static const struct cure observed[] = {
	{ "blas", BLAS },
	{ "clock", RUN "; leave --time real and --observe clock away" },
	{ "cpu", "--threads N shows every machine the same processors" },
	{ "cublas", RUN "; leave --observe away" },
	{ "cublaslt", RUN "; leave --observe away" },
	{ "cuda", "the order of launches, or what they were given; "
		  "CUDA_LAUNCH_BLOCKING=1 shows whether timing matters" },
	{ "cudnn", RUN "; leave --observe away" },
	{ "curand", RUN "; leave --observe away" },
	{ "cusolver", RUN "; leave --observe away" },
	{ "cusparse", RUN "; leave --observe away" },
	{ "entropy", RUN "; leave --observe away" },
	{ "environment", "the program sets other variables: set them outside, "
			 "the same for each run" },
	{ "files", RUN "; leave --order disk and --observe away" },
	{ "fortran", RUN "; leave --observe away" },
	{ "host", "nothing controls what the machine is called; pass it in as "
		  "an argument, or leave it out of the result" },
	{ "input", "nothing controls what comes over the network: record it in "
		   "a file once and read that" },
	{ "lapack", BLAS },
	{ "loader", "other libraries are loaded: fix LD_LIBRARY_PATH and the "
		    "versions that are installed" },
	{ "memory", RUN "; leave --observe away" },
	{ "mpi", "which message came first, or in which order the library "
		 "adds: samebits run --mpi ordered reduces in the order of "
		 "ranks; receive from a rank instead of MPI_ANY_SOURCE" },
	{ "nccl", "the order of collectives; NCCL_ALGO=Ring is set by samebits "
		  "run" },
	{ "numeric", "--threads N fixes the threads of numeric libraries" },
	{ "openmp", RUN "; leave --observe openmp away; --threads N fixes the "
			"number of threads" },
	{ "openssl",
	  "--crypto force makes keys predictable (UNSAFE); else leave "
	  "them out of the result" },
	{ "output",
	  "no source differs before it: a data race, memory that was "
	  "never written, or an input that is not seen; with "
	  "--schedule=turns races repeat; try check --chaos, valgrind, "
	  "-fsanitize=thread" },
	{ "pid", RUN "; leave --pids real away. Those of ranks are real: leave "
		 "them out of the result" },
	{ "process", "processes are started in another order or number: what "
		     "came before decides" },
	{ "rand", RUN "; leave --observe away" },
	{ "random_device", RUN "; leave --observe away" },
	{ "seeding", "the program fixes another seed: give it the same; samebits "
		     "run --seed N --reseed mixes what it fixes with N" },
	{ "temp", RUN "; leave --observe away" },
	{ "tensorflow", RUN "; leave --framework off away" },
	{ "thread", "threads are started in another order or number: what came "
		    "before decides; --schedule=turns repeats their order" },
	{ "torch", "PyTorch has no deterministic kernel for it here, or "
		   "--framework off was given" },
	{ "uuid", RUN "; leave --observe away" },
	{ NULL, NULL }
};

static const char forced_text[] =
	"its values are deterministic: it was called another number of times, "
	"or from elsewhere. What came before decides, mostly the order of "
	"threads, which --schedule=turns repeats";

static const struct cure blinds[] = {
	{ "addresses", "allow personality(2): in a container --security-opt "
		       "seccomp=unconfined" },
	{ "busy-loop", "wait by a lock, a condition or sched_yield(2), or give "
		       "--patience more time" },
	{ "bounded", "read the device by open(2) instead of freopen(3)" },
	{ "connections", "record what comes over the network in a file" },
	{ "cryptography", "--crypto force (UNSAFE) gives predictable values" },
	{ "cudnn", "choose a deterministic algorithm in the program" },
	{ "cusparse", "choose a deterministic algorithm in the program" },
	{ "degraded", "samebits report says which threads, and where" },
	{ "go", "nothing: GOMAXPROCS=1 makes less of it differ" },
	{ "instructions", "--trap meets what it names where that is executed; "
			  "or use getrandom(2) and clock_gettime(2), or an "
			  "option of the library" },
	{ "built-in", "link the library instead of building it in" },
	{ "mpi", "use the blocking function, and elements without gaps" },
	{ "outside", "give --external-wait more time, or bring what comes from "
		     "outside in a file" },
	{ "process-ids",
	  "let samebits make a PID namespace (samebits doctor)" },
	{ "pytorch", "replace the operation that the report names" },
	{ "ranks", "put samebits behind what starts the ranks: mpirun samebits "
		   "run PROGRAM" },
	{ "split-k", "ask cublasLt for another algorithm" },
	{ "standalone", "start the program by samebits run" },
	{ "system calls", "--trap=syscall meets them; or use libc for them" },
	{ "uncontrolled", "programs that are static, set-user-ID or 32-bit "
			  "cannot be preloaded: use a dynamic build" },
	{ "unlogged", "free disk space in the store" },
	{ NULL, NULL }
};

static const char *find(const struct cure *c, const char *name)
{
	while (c->name && strcmp(c->name, name))
		c++;
	return c->text;
}

const char *cure_of_source(const char *group, bool native, bool forced)
{
	const char *text = find(observed, group);
	static const size_t n = sizeof(RUN) - 1;

	if (forced && text && strcmp(group, "output"))
		return forced_text;
	if (native && text && !strncmp(text, RUN, n))
		return RUN;
	return text;
}

const char *cure_of_blind(const char *kind)
{
	return find(blinds, kind);
}
