/* SPDX-License-Identifier: MIT */
/*
 * The log's format: what the shim writes and every verb reads.
 *
 * A run is a directory: STORE/NNNNNN/ holding
 *	manifest.json		what was run, by `samebits run` (not by the shim)
 *	board			one struct sb_board: who lives (see below)
 *	LINEAGE.EXEC.log	one log for each process image; LINEAGE is 16
 *				hex digits, EXEC 4 decimal ones
 *	LINEAGE.EXEC.THREAD.tape
 *				of a recorded run: what this thread of it was
 *				given (struct sb_tape); THREAD as LINEAGE
 *	divergence		of a replay that left its recording: where
 *
 * All integers are little-endian, as the machine has them (x86-64). Every
 * structure is a multiple of 8 bytes. A log is
 *
 *	struct sb_header			SB_PAGE bytes
 *	chunk, chunk, …				each starts with sb_chunk and is
 *						sb_chunk.size bytes long
 *
 * The file may be longer than what was used: where a chunk's magic is 0, room
 * was reserved and not taken; the next chunk starts at one of the following
 * multiples of SB_PAGE, if there is one. Files are written through shared
 * mappings, so what was stored survives SIGKILL of the writer; a slot is
 * published by its type word, which is stored last (0: not yet written, skip).
 *
 * Canonical (equal between identical runs): everything but the fields marked
 * [real] and the order of chunks of different threads.
 */
#ifndef SAMEBITS_EVENT_H
#define SAMEBITS_EVENT_H

#include <stdint.h>

#define SB_PAGE 4096
#define SB_EXTENT (128u << 10) /* a log is this large at first */
#define SB_VERSION 2
#define SB_LOG_MAGIC "SBLOG\r\n\032"	/* 8 bytes, no terminator */
#define SB_BOARD_MAGIC "SBBOARD\032"	/* 8 bytes, no terminator */

/* sb_header.flags: what went wrong or was given up; 0 is a whole log. */
enum sb_flag {
	SB_DEGRADED = 1 << 0,	   /* the log could not grow: counts are short */
	SB_TRACE_LIMITED = 1 << 1, /* --trace-limit reached: no more events */
	SB_NO_UNWIND = 1 << 2,	   /* no libunwind: sites have one frame */
	SB_KEYS_FULL = 1 << 3,	   /* sites were merged (too many) */
};

struct sb_header {
	char magic[8];		/* SB_LOG_MAGIC */
	uint32_t version;	/* SB_VERSION */
	uint32_t header_size;	/* offset of the first chunk */
	uint32_t nsources;
	uint32_t flags;		/* enum sb_flag */
	uint64_t lineage;	/* hash of `path` */
	uint32_t exec;		/* how many execs this process had done */
	uint32_t pid;		/* [real] */
	uint32_t slot;		/* its slot on the board */
	uint32_t mode;		/* enum sb_mode */
	uint64_t seed;
	uint64_t size;		/* bytes reserved so far */
	uint64_t dropped;	/* events not stored (limit, full disk) */
	char path[256];		/* lineage, "0/0.1" */
	char program[512];	/* /proc/self/exe */
};

enum sb_mode { SB_AUDIT = 1, SB_RUN = 2 };
enum sb_policy { SB_PASS, SB_OBSERVE, SB_FORCE, SB_DENY };

enum sb_chunk_type { SB_DEFS = 1, SB_COUNTERS = 2, SB_EVENTS = 3 };
#define SB_CHUNK_MAGIC 0x4b4e4843u /* "CHNK" */

struct sb_chunk {
	uint32_t magic;
	uint32_t type;	  /* enum sb_chunk_type */
	uint32_t size;	  /* bytes, this header included */
	uint32_t thread;  /* SB_EVENTS: id of its SB_THREAD record */
	uint64_t used;	  /* bytes taken after this header */
	uint64_t base;	  /* SB_EVENTS: the thread's events before this chunk */
};

/*
 * SB_DEFS holds records of different length, one after the other; each is a
 * multiple of 8 bytes and starts with this. ids count from 1 within a type and
 * a log.
 */
enum sb_record_type {
	SB_MODULE = 1,
	SB_SITE,
	SB_THREAD,
	SB_BLIND,
	SB_LINE,
	SB_DENIED,
	SB_RUNTIME,
	SB_SHAPE,
	SB_SOURCE,
	SB_FILE,
	SB_HALT,
	SB_TURNS,
	SB_RECORD_TYPES
};

struct sb_record {
	uint16_t type; /* enum sb_record_type, stored last */
	uint16_t size; /* bytes, this header included */
	uint32_t id;
};

/* A source that was called, or, in SB_OUTPUT, what was written to. Its id is 1 +
 * its index, which is what all others have: of the many sources few are called,
 * and have a record. */
struct sb_source {
	struct sb_record head;
	uint32_t policy; /* enum sb_policy, as set for this run */
	uint32_t reserved;
	char text[]; /* "name\0group\0" */
};

/* The group of what is no source but comes out: an event is a write, its value
 * a digest of the bytes, its length their number. */
#define SB_OUTPUT "output"

/* The group of seeds that a program fixes by itself in Python's libraries: the
 * values are the seeds, or digests of those that are no numbers of 64 bits. */
#define SB_SEEDING "seeding"

struct sb_module {
	struct sb_record head;
	uint8_t build_id[20]; /* zeros where the module has none */
	uint32_t flags;	      /* SB_MODULE_CRYPTO */
	char path[];	      /* NUL-terminated */
};
#define SB_MODULE_CRYPTO 1u

struct sb_frame {
	uint32_t module; /* id of an SB_MODULE record; 0: unknown code */
	uint32_t reserved;
	uint64_t offset; /* return address minus load address */
};

struct sb_site {
	struct sb_record head;
	uint64_t hash; /* of build-ids (or paths), offsets and the lines' texts:
			* equal across runs */
	uint32_t depth;
	uint32_t lines; /* SB_LINES at most */
	struct sb_frame frame[]; /* innermost (the caller of the hook) first */
	/* uint32_t line[lines]: ids of SB_LINE records, innermost first; 0: not
	 * known. Where a language's own frames stand beside those of C. */
};
#define SB_LINES 8

/* A line of source code that an interpreter executed. */
struct sb_line {
	struct sb_record head;
	uint32_t number;
	uint32_t reserved;
	char text[]; /* "file\0function\0" */
};

/* A numeric library that served, and how many threads it used (0: it does not
 * say). The counts change while the process runs. */
struct sb_runtime {
	struct sb_record head;
	uint32_t module; /* id of an SB_MODULE record */
	uint32_t least, most;
	uint32_t reserved;
	char text[]; /* "kind\0what it says of itself\0" */
};

/* What a numeric call was about but for the numbers: its sizes, flags, leading
 * dimensions. Events and counters of its source hold `hash` as their value. */
struct sb_shape {
	struct sb_record head;
	uint64_t hash;	 /* equal across runs */
	uint32_t source; /* index of the source */
	uint32_t reserved;
	char text[]; /* "m=64 n=32 …" */
};

/* A file that the process opened or gave another name. Each file and use once a
 * process. */
struct sb_file {
	struct sb_record head;
	uint32_t use;		 /* enum sb_use */
	uint32_t kind;		 /* st_mode & S_IFMT */
	uint64_t dev, ino, size; /* [real] when it was opened */
	int64_t mtime;		 /* [real] ns since 1970, when it was opened */
	char text[]; /* "path\0", absolute; SB_RENAMED: "from\0to\0" */
};
enum sb_use {
	SB_READ = 1 << 0,
	SB_WRITTEN = 1 << 1,
	SB_FRESH = 1 << 2, /* made or emptied by this opening: nothing of what
			    * it held was seen */
	SB_RENAMED = 1 << 3,
};

/* The call that ended the run (--deny). */
struct sb_denied {
	struct sb_record head;
	uint32_t site;	 /* id of an SB_SITE record; 0: not known */
	uint32_t thread; /* id of an SB_THREAD record */
	uint32_t source; /* index of the source */
	uint32_t reserved;
};

/* A thread that stopped, in turns, for others: part of a deadlock, or what was
 * no longer repeated because of it. */
struct sb_halt {
	struct sb_record head;
	uint32_t kind;	 /* enum sb_halt_kind */
	uint32_t thread; /* id of an SB_THREAD record */
	uint32_t site;	 /* id of an SB_SITE record; 0: not known */
	uint32_t module; /* of `offset`; 0: what it waits for is in no object */
	uint64_t offset; /* of what it waits for */
	uint64_t key;	 /* [real] its address; 0: it has none */
	char name[16];	 /* the thread's, as the kernel has it */
	char text[];	 /* "what it waits for\0lineage of who has that\0"; the
			  * second is empty where nobody has, or is not known */
};
enum sb_halt_kind {
	SB_HALT_DEADLOCK = 1,
	SB_HALT_OUTSIDE, /* longer than --external-wait */
	SB_HALT_UNSEEN,	 /* in a call that is no hook's */
	SB_HALT_BUSY,	 /* a loop, for longer than --patience */
	SB_HALT_KINDS
};

/* That the threads of this process ran in turns. The counts change while it
 * runs. */
struct sb_turns {
	struct sb_record head;
	uint64_t seed;
	uint32_t seeded;  /* 0: the plain order */
	uint32_t threads; /* that there were, the first one included */
	uint64_t passes;
	uint64_t halts[8]; /* by enum sb_halt_kind */
};

struct sb_thread {
	struct sb_record head;
	uint64_t lineage;
	char path[]; /* "0" is the first thread, "0.1" the 1st it created */
};

/* A blind spot the shim met: kind in a word, then a text, both terminated. */
struct sb_blind {
	struct sb_record head;
	char text[]; /* "kind\0text\0" */
};

/* SB_COUNTERS holds an array of these: one for each (thread, source, site). */
struct sb_counter {
	uint16_t type;	 /* 1, stored last; 0: not written */
	uint16_t source; /* index of the source */
	uint32_t site;	 /* id of an SB_SITE record; 0: not known */
	uint32_t thread; /* id of an SB_THREAD record */
	uint32_t policy; /* enum sb_policy as applied; | SB_CRYPTO; line of a
			  * suppression << SB_SUPPRESSION */
	uint64_t count;	 /* calls that were entered and returned */
	uint64_t bytes;	 /* sum of lengths, where a source has one */
	uint64_t digest; /* of all values in order; 0 for crypto callers */
	uint64_t first[3]; /* the first values; zeros for crypto callers */
};
#define SB_POLICY 3u	  /* the policy's bits */
#define SB_CRYPTO 0x100u /* served with the real thing, value not kept */
/* From this bit on: the line of the rule in the run's file of suppressions that
 * let a denied call pass; 0: none. */
#define SB_SUPPRESSION 16

/*
 * SB_EVENTS holds an array of these: one thread's calls in order. The newest
 * ones lie in a window, a chunk that is copied to the end of the file when it
 * is full and then used again. So chunks of a thread are ordered by `base`, and
 * after a kill the same events may stand in two chunks: take each once. A slot
 * not yet written is followed by written ones only where a signal handler came
 * between.
 */
struct sb_event {
	uint32_t counter; /* 1 + index of its counter, in file order of slots */
	uint16_t source;  /* index of the source */
	uint16_t type;	  /* enum sb_event_type, stored last; 0: not written */
	uint64_t value;	  /* result, or digest of what was handed out */
	uint64_t length;  /* bytes asked for, where a source has one; of BLAS:
			   * floating-point operations; of SB_OUTPUT: bytes
			   * written, of wide streams characters */
	uint64_t clock;	  /* logical nanoseconds since the start; 0 in audit */
};

/* SB_DETAIL says more of the thread's event before it, by the same counter:
 * `value` is a digest of what the call read, `length` of what it wrote. */
enum sb_event_type { SB_EVENT = 1, SB_DETAIL = 2 };

/*
 * The board: which processes the run had. A process writes its own slot; a
 * parent writes the slot of a child that it spawns, before the child exists.
 */
enum sb_state {
	SB_FREE = 0,
	SB_EXPECTED = 1, /* about to exec `what`; the shim has not come alive */
	SB_ALIVE = 2,	 /* the shim runs in it */
	SB_ENDED = 3,	 /* left through exit */
};

struct sb_slot {
	uint64_t lineage;
	uint64_t clock; /* logical ns since the start, at its end or last wait */
	uint32_t pid;	/* [real] */
	uint32_t exec;
	uint32_t state; /* enum sb_state */
	uint32_t logged; /* 1: it has a log */
	uint64_t raw;	 /* children that it forked behind libc's back */
	uint32_t number; /* what is shown as its pid (shim/pids.h); 0: `pid` */
	uint32_t reaped; /* 1: waited for, `pid` may be another's now */
	char path[64];	 /* lineage */
	char what[144];	 /* the program, cut */
};

#define SB_SLOTS 65536
/* Why all processes of a run were ended. */
enum sb_ended {
	SB_ENDED_NOT,
	SB_ENDED_DENIED,
	SB_ENDED_DEADLOCK,
	SB_ENDED_DIVERGED,
};

struct sb_board {
	char magic[8]; /* SB_BOARD_MAGIC */
	uint32_t version;
	uint32_t nslots; /* SB_SLOTS */
	uint32_t next;	 /* slots taken; may exceed nslots: the rest had none */
	uint32_t ready;	 /* slots whose blocks are reserved on the disk */
	uint32_t denied; /* enum sb_ended; not 0: whoever comes alive ends */
	uint32_t launcher; /* 1: somebody waits for the end, who will say why */
	uint32_t stream[2]; /* [real] where the run's own output and errors
			     * go: digests of the files' numbers; 0: not known */
	uint32_t parent; /* [real] of the first process, and its group's and */
	uint32_t group;	 /* session's number */
	uint32_t session;
	uint32_t unused;
	struct sb_slot slot[SB_SLOTS];
};

/*
 * A recording (`run --record`): what a thread was given by each source, in
 * order. Behind the header records lie one after the other, each a multiple of 8
 * bytes: a head, then the bytes. A head of 0 is the end. A file consists of
 * parts, of SB_PAGE bytes the first, then up to each multiple of SB_TAPE_PART;
 * only what is longer than that lies across their borders, and then the first
 * may be as long as a later one.
 *
 *	bits 0-23	digest of the rest of the record and its offset
 *	24-42		of the hash of the site (SB_TAPE_TAG); 0: not known
 *	43-54		index of the source
 *	55-58		enum sb_tape_kind
 *	59-63		bytes; 31: their number is the 8 bytes that come next
 */
#define SB_TAPE_MAGIC "SBTAPE\r\n" /* 8 bytes, no terminator */
#define SB_TAPE_PART (64u << 10)

struct sb_tape {
	char magic[8];	  /* SB_TAPE_MAGIC */
	uint32_t version; /* SB_VERSION */
	uint32_t exec;	  /* as in the name of the file */
	uint64_t process, thread;
};

enum sb_tape_kind {
	SB_TAPE_REST = 1,      /* nothing more up to the next border */
	SB_TAPE_ENTROPY,       /* these six: by enum stream_id */
	SB_TAPE_RANDOM_DEVICE,
	SB_TAPE_MEMORY,
	SB_TAPE_UUID,
	SB_TAPE_FORTRAN,
	SB_TAPE_TEMP,
	SB_TAPE_CLOCK, /* 8 bytes: ns since the start */
	SB_TAPE_NAMES, /* of a directory, in its order, each terminated */
	SB_TAPE_SYNC,  /* 8 bytes: a lock's ticket (shim/syncorder.c) */
	SB_TAPE_READ,  /* 8 bytes: what a read gave, or -errno */
	SB_TAPE_READY, /* the same of a wait for descriptors, then what it left
			* in memory */
	SB_TAPE_CHILD, /* 8 bytes: the process that was waited for, or -errno */
	SB_TAPE_GUARD, /* 8 bytes, of a static variable of C++: twice its guard's
			* address, and 1 if it was the thread's to initialise;
			* else it had to wait for who did */
	SB_TAPE_FAR,   /* the same of a call that has to do with another host,
			* then what it left in memory */
	SB_TAPE_KINDS
};
#define SB_TAPE_LONG 31u
#define SB_TAPE_TAG(hash) ((uint32_t)((hash) >> 45))

static inline uint64_t sb_tape_head(uint32_t tag, uint32_t source,
				    uint32_t kind, uint32_t length)
{
	return (uint64_t)(tag & 0x7ffffu) << 24 |
	       (uint64_t)(source & 0xfffu) << 43 | (uint64_t)kind << 55 |
	       (uint64_t)length << 59;
}
#define SB_TAPE_CHECK(head) ((uint32_t)(head) & 0xffffffu)
#define SB_TAPE_TAG_OF(head) ((uint32_t)((head) >> 24) & 0x7ffffu)
#define SB_TAPE_SOURCE(head) ((uint32_t)((head) >> 43) & 0xfffu)
#define SB_TAPE_KIND(head) ((uint32_t)((head) >> 55) & 0xfu)
#define SB_TAPE_LENGTH(head) ((uint32_t)((head) >> 59))

/* The border after this offset. */
static inline uint64_t sb_tape_border(uint64_t at)
{
	return at < SB_PAGE ? SB_PAGE : (at / SB_TAPE_PART + 1) * SB_TAPE_PART;
}

/*
 * The launchers of parallel programs set one of these, or both RANK and
 * WORLD_SIZE. Their processes find each other by process ids, in files of
 * shared memory too: those must be real.
 */
#define SB_PARALLEL                                                            \
	"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",           \
		"MPI_LOCALRANKID", "MV2_COMM_WORLD_RANK", "SLURM_STEP_ID",     \
		"SLURM_STEPID", "FLUX_TASK_RANK", "ALPS_APP_PE",               \
		"TORCHELASTIC_RUN_ID"

/*
 * Where a process finds which rank it is: its number, how many there are, and
 * what tells this from others that use the same names (NULL: nothing). The
 * innermost launcher first: torchrun runs under srun, and srun's variables are
 * there under mpirun.
 */
#define SB_RANKS                                                               \
	{ "RANK", "WORLD_SIZE", "TORCHELASTIC_RUN_ID" },                       \
		{ "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL },      \
		{ "PMI_RANK", "PMI_SIZE", NULL },                              \
		{ "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_ID" },   \
	{                                                                      \
		"RANK", "WORLD_SIZE", "MASTER_PORT"                            \
	}

/* The signal by which a program in a PID namespace asks for the terminal to be
 * given back to the group that samebits was started in. */
#define SB_TERMINAL_BACK 63

_Static_assert(sizeof(struct sb_header) <= SB_PAGE, "header fits its page");
_Static_assert(sizeof(struct sb_event) == 32, "an event is 32 bytes");
_Static_assert(sizeof(struct sb_counter) == 64, "counter layout");
_Static_assert(sizeof(struct sb_chunk) == 32, "chunk layout");
_Static_assert(sizeof(struct sb_slot) == 256, "slot layout");

#endif
