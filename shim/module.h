/* SPDX-License-Identifier: MIT */
/*
 * The loaded objects: where an address belongs, and whether what lives there
 * draws keys. Under the engine's lock.
 */
#ifndef SAMEBITS_MODULE_H
#define SAMEBITS_MODULE_H

#include <stdbool.h>
#include <stdint.h>

struct module {
	uintptr_t start, end, base;
	uint64_t name;	     /* hash of its build-id, or path: equal across runs */
	uint32_t id;	     /* SB_MODULE record; 0: not written yet */
	bool crypto;
	bool python;	     /* exports CPython's C API */
	bool extension;	     /* is loaded by CPython as a module of its own */
	bool go;	     /* Go's linker made it: its runtime seeds itself
			      * from AT_RANDOM, its crypto/rand alone asks the
			      * kernel for entropy */
	bool classified;
	bool program;	     /* the executable file */
	bool gone;	     /* unloaded */
	uint8_t part;	     /* enum module_part; 0: not asked so far */
	bool was;	     /* there before the list was last read */
	bool listed;	     /* a log of this process, or of one that it was
				forked from, has it */
	bool met;	     /* its slots were seen to (weak.h); an event from
				its constructor lists it before */
	struct sb_module *record; /* NULL: not written yet */
	uint8_t build_id[20];
	const char *path;
	const struct symbols *symbols; /* symbol.h; NULL: not read yet */
};

/* NULL: not in any object. Reads the loader's list again where it changed. */
struct module *module_of(uintptr_t address);
/* An object may have been unloaded: another at its addresses is another. Takes
 * the lock itself. */
void modules_refresh(void);
/* Its record's id, written on first use. */
uint32_t module_id(struct module *m);
/* The program itself, or an interpreter; by its name, what starts ranks and
 * carries their messages; libraries that may serve either. */
enum module_part { PART_PROGRAM = 1, PART_MESSAGES, PART_OTHER };
enum module_part module_part(struct module *m);
/* Is code at `ra` a part of what carries messages? Takes the lock itself. */
bool module_carries(const void *ra);
/* Fills crypto, python and extension. */
void module_classify(struct module *m);
/* Writes the records of what is loaded, called or not: the reader looks for
 * what such objects do behind libc's back. Takes the lock itself. */
void modules_list(void);
/* The same at the end of a process. */
void modules_leave(void);
/* In a forked child: records must be written again. */
void modules_forget(void);

#endif
