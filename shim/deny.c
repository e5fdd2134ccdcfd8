/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "deny.h"
#include "log.h"
#include "module.h"
#include "process.h"
#include "python.h"
#include "source.h"
#include "stack.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define STATUS 125
#define FRAMES 8 /* said where no launcher is, which knows more */
#define SWEEPS 16

_Noreturn static void end(void)
{
	for (;;)
		sys1(SYS_exit_group, STATUS);
}

void deny_check(void)
{
	if (process.board && __atomic_load_n(&process.board->denied,
					     __ATOMIC_ACQUIRE))
		end();
}

/*
 * A number may belong to somebody else by now. Who has the board of this run
 * mapped is of this run: `mark` is what the kernel says of that file, its
 * device and inode, as every line about it has them.
 */
struct mark {
	char text[64];
};

static long open_maps(int pid)
{
	char file[64];
	struct text t = text_start(file, sizeof(file));

	text_add(&t, "/proc/");
	text_number(&t, (uint64_t)pid, 10, 1);
	text_add(&t, "/maps");
	return sys4(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
}

/* Calls see() on each line of a process's memory map until it says true. */
static bool each_mapping(int pid, bool (*see)(const char *line, void *arg),
			 void *arg)
{
	static char buffer[8192]; /* a line is shorter: a path and 73 more */
	long fd = open_maps(pid), n;
	size_t have = 0;
	bool found = false;

	while (fd >= 0 && !found &&
	       (n = sys3(SYS_read, fd, buffer + have,
			 sizeof(buffer) - 1 - have)) > 0) {
		char *line = buffer, *newline;

		have += (size_t)n;
		while (!found && (newline = memchr(line, '\n',
				  have - (size_t)(line - buffer)))) {
			*newline = 0;
			found = see(line, arg);
			line = newline + 1;
		}
		have -= (size_t)(line - buffer);
		memmove(buffer, line, have);
	}
	if (fd >= 0)
		sys1(SYS_close, fd);
	return found;
}

/* "start-end mode offset device inode path": from its device to its inode. */
static void copy_mark(struct mark *mark, const char *line)
{
	struct text t = text_start(mark->text, sizeof(mark->text));
	int blanks = 0;

	for (; *line && blanks < 5; line++) {
		blanks += *line == ' ';
		if (blanks >= 3)
			text_add(&t, (char[]){ *line, 0 });
	}
}

static bool is_board(const char *line, void *arg)
{
	char start[20];
	struct text t = text_start(start, sizeof(start));

	text_number(&t, (uintptr_t)process.board, 16, 8);
	text_add(&t, "-");
	if (strncmp(line, start, strlen(start)))
		return false;
	copy_mark(arg, line);
	return true;
}

static bool has_mark(const char *line, void *arg)
{
	return strstr(line, ((struct mark *)arg)->text);
}

/* Looks while it holds on to the process, so that the number cannot become
 * another's in between; a kernel older than 5.3 must do without. */
static bool kill_ours(int pid, struct mark *mark)
{
	long fd = sys2(SYS_pidfd_open, pid, 0);
	bool ours = fd != -ESRCH && each_mapping(pid, has_mark, mark);
	long ret = -ESRCH;

	if (ours && fd >= 0)
		ret = sys4(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	else if (ours)
		ret = sys2(SYS_kill, pid, SIGKILL);
	if (fd >= 0)
		sys1(SYS_close, fd);
	return ret == 0;
}

/* How many were there to be ended. */
static unsigned sweep(struct mark *mark)
{
	const struct sb_board *board = process.board;
	uint32_t n = board->next < SB_SLOTS ? board->next : SB_SLOTS;
	int self = (int)sys0(SYS_getpid);
	unsigned killed = 0;

	for (uint32_t i = 0; i < n && i < board->ready; i++) {
		int pid = (int)board->slot[i].pid;

		if (pid > 0 && pid != self &&
		    board->slot[i].state != SB_ENDED)
			killed += kill_ours(pid, mark);
	}
	return killed;
}

/* Until nobody is left: they may have children meanwhile, who end when they
 * come alive. A process that is being ended keeps its map for a moment. */
static void end_others(void)
{
	struct timespec moment = { 0, 2000000 };
	struct mark mark = { "" };

	if (!each_mapping((int)sys0(SYS_getpid), is_board, &mark) ||
	    !mark.text[0])
		return;
	for (int i = 0; i < SWEEPS && sweep(&mark); i++)
		sys2(SYS_nanosleep, &moment, NULL);
}

static void write_down(const struct source *source, const struct thread *self,
		       uint32_t site)
{
	struct sb_denied *r;

	log_source(source);
	r = log_record(SB_DENIED, sizeof(*r));
	if (!r)
		return;
	r->site = site;
	r->thread = self->id;
	r->source = source->index;
	log_publish(r, SB_DENIED);
}

void deny_say_lines(struct text *t, const struct line *line, unsigned lines)
{
	for (unsigned i = 0; i < lines && i < FRAMES; i++) {
		text_add(t, "samebits:   ");
		text_add(t, line[i].function);
		text_add(t, " at ");
		text_add(t, line[i].file);
		text_add(t, ":");
		text_number(t, line[i].number, 10, 1);
		text_add(t, "\n");
	}
}

void deny_say_stack(struct text *t, const struct stack *stack)
{
	for (int i = 0; i < stack->n && i < FRAMES; i++) {
		struct module *m = stack->module[i];
		const char *function = symbol_before(m, stack->address[i]);

		text_add(t, "samebits:   ");
		text_add(t, function ? function : "?");
		text_add(t, " in ");
		text_add(t, m ? m->path : "unknown code");
		text_add(t, "+0x");
		text_number(t, stack->address[i] - (m ? m->base : 0), 16, 1);
		text_add(t, "\n");
	}
}

/* One write, so that it stays together. */
static void say(const struct source *source, const struct stack *stack,
		const struct line *line, unsigned lines)
{
	static char message[8192];
	struct text t = text_start(message, sizeof(message));

	text_add(&t, "samebits: ");
	text_add(&t, source->name);
	text_add(&t, " is denied, and was called from\n");
	deny_say_lines(&t, line, lines);
	deny_say_stack(&t, stack);
	text_add(&t, "samebits: the run, ");
	text_add(&t, config.dir);
	text_add(&t, ", was ended\n");
	sys3(SYS_write, 2, message, t.at - message);
}

_Noreturn void deny(const struct source *source, const struct thread *self,
		    uint32_t site, uintptr_t ra, const struct line *line,
		    unsigned lines)
{
	write_down(source, self, site);
	if (!process.board || !process.board->launcher)
		say(source, stack_walk(ra, FRAMES), line, lines);
	deny_end(SB_ENDED_DENIED);
}

_Noreturn void deny_end(uint32_t why)
{
	if (process.board) {
		__atomic_store_n(&process.board->denied, why, __ATOMIC_RELEASE);
		end_others();
	}
	end();
}
