/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of each file that this run has changed: one table for all
 * its processes, `times` in the run directory. Entries never move or go.
 */
#ifndef SAMEBITS_FILETABLE_H
#define SAMEBITS_FILETABLE_H

#include <stdbool.h>
#include <stdint.h>

/* All times are ns since 1970. */
struct seen {
	int64_t real, shown;
};

struct file {
	uint64_t dev, ino;
	uint32_t next;	  /* in its bucket: index + 1; 0: it is the last */
	uint32_t lock;
	bool atime_given; /* by the program; else it goes with mtime */
	struct seen mtime, ctime, btime;
	int64_t atime;	  /* shown, where given */
	int64_t left;	  /* a process ended with it open for writing, at this
			   * shown time; 0: none did */
};

struct file_id {
	uint64_t dev, ino;
};

/* Of the run, and in the table. */
struct filetable {
	/* What the kernel's clock for files showed when the run began: what
	 * has changed before then has an earlier time, what the run changes
	 * has not. 0: this table was never finished. */
	int64_t began;
	/* A change after a look at the times always gets another time (Linux
	 * since 6.13, on file systems that take part); else only one in
	 * another tick of the clock. */
	uint32_t fine;
	uint32_t used, ready;	/* entries */
	uint32_t reserved;
	uint64_t kernel[2];	/* device numbers of /proc and /sys */
	struct file_id stream[3]; /* where the run's own output goes */
	uint32_t bucket[1 << 14]; /* index + 1 of its first; 0: it is empty */
	struct file file[];
};

/* NULL: there is none, or none could be made. */
extern struct filetable *filetable;

/* At a process's start; the first of a run makes the table. */
bool filetable_start(void);
/* The entry of a file, made if need be, locked; NULL: no room. */
struct file *filetable_get(uint64_t dev, uint64_t ino);
void filetable_put(struct file *f);

#endif
