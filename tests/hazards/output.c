/* SPDX-License-Identifier: MIT */
/* Writing: what programs see of it stays as it is. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <wchar.h>

#include "hazard.h"

#define LONG (1 << 20)

static FILE *temporary(char *name, const char *mode)
{
	int fd;
	FILE *f;

	strcpy(name, "/tmp/samebits-output-XXXXXX");
	fd = mkstemp(name);
	must(fd >= 0);
	f = fdopen(fd, mode);
	must(f);
	return f;
}

/* What the file holds is what was written, however it is buffered. */
static void check_content(int buffering)
{
	char name[64], *text = malloc(LONG + 1), *got = malloc(2 * LONG);
	FILE *f = temporary(name, "w+");
	size_t n;
	int at = 0;

	must(setvbuf(f, NULL, buffering, 0) == 0);
	memset(text, 'a', LONG);
	text[LONG] = 0;
	must(fprintf(f, "%s%n%d", text, &at, 7) == LONG + 1);
	must(at == LONG);
	must(fprintf(f, "%s\n%n", "short", &at) == 6 && at == 6);
	must(fputc('c', f) == 'c' && fputs("d\n", f) >= 0);
	must(fwrite("efgh", 2, 2, f) == 2);
	must(fflush(f) == 0 && fseek(f, 0, SEEK_SET) == 0);
	n = fread(got, 1, 2 * LONG, f);
	must(n == LONG + 1 + 6 + 3 + 4);
	must(!memcmp(got, text, LONG));
	must(!memcmp(got + LONG, "7short\ncd\nefgh", n - LONG));
	/* Between reading and writing */
	must(fseek(f, 1, SEEK_SET) == 0 && fprintf(f, "%s", "XY") == 2);
	must(fseek(f, 0, SEEK_SET) == 0 && fread(got, 1, 4, f) == 4);
	must(!memcmp(got, "aXYa", 4));
	fclose(f);
	unlink(name);
	free(text);
	free(got);
}

static void buffers(void)
{
	check_content(_IOFBF);
	check_content(_IOLBF);
	check_content(_IONBF);
}

/* errno comes in (%m) and goes out as it should. */
static void numbers_of_errors(void)
{
	char name[64], got[256];
	FILE *f = temporary(name, "w+");

	for (int i = 0; i < 2; i++) {
		errno = ENOENT;
		must(fprintf(f, "%m\n") == (int)strlen(strerror(ENOENT)) + 1);
		must(errno == ENOENT);
		setvbuf(f, NULL, _IONBF, 0);
	}
	rewind(f);
	must(fgets(got, sizeof(got), f));
	must(!strncmp(got, strerror(ENOENT), strlen(strerror(ENOENT))));
	fclose(f);
	unlink(name);
}

/* A full disk */
static void full(void)
{
	FILE *f = fopen("/dev/full", "w");
	struct iovec part = { (char *)"x", 1 };

	must(f);
	must(fprintf(f, "%s", "x") == 1 && fflush(f) == EOF);
	must(errno == ENOSPC && ferror(f));
	clearerr(f);
	setvbuf(f, NULL, _IONBF, 0);
	errno = 0;
	must(fprintf(f, "%s", "x") < 0 && errno == ENOSPC);
	errno = 0;
	must(fputc('x', f) == EOF && errno == ENOSPC);
	errno = 0;
	must(fputs("x", f) == EOF && errno == ENOSPC);
	errno = 0;
	must(fwrite("xy", 1, 2, f) == 0 && errno == ENOSPC);
	errno = 0;
	must(write(fileno(f), "x", 1) == -1 && errno == ENOSPC);
	errno = 0;
	must(writev(fileno(f), &part, 1) == -1 && errno == ENOSPC);
	fclose(f);
}

/* The same where events are made: a file that may not grow. */
static void limited(void)
{
	const struct rlimit limit = { 4, 4 };
	char name[64];
	FILE *f = temporary(name, "w");

	signal(SIGXFSZ, SIG_IGN);
	must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	setvbuf(f, NULL, _IONBF, 0);
	must(fwrite("abcdef", 1, 6, f) == 4 && errno == EFBIG);
	errno = 0;
	must(fprintf(f, "%d", 1) < 0 && errno == EFBIG);
	errno = 0;
	must(fputc('x', f) == EOF && fputs("x", f) == EOF && errno == EFBIG);
	must(pwrite(fileno(f), "abcdef", 6, 2) == 2);
	errno = 0;
	must(write(fileno(f), "x", 1) == -1 && errno == EFBIG);
	fclose(f);
	unlink(name);
}

static void closed(void)
{
	int saved = dup(1);

	fflush(stdout);
	close(1);
	must(printf("%d", 1) == 1 && fflush(stdout) == EOF && errno == EBADF);
	clearerr(stdout);
	must(write(1, "x", 1) == -1 && errno == EBADF);
	must(dprintf(1, "x") < 0 && errno == EBADF);
	must(dup2(saved, 1) == 1);
}

static void broken(void)
{
	int pipes[2];
	FILE *f;

	signal(SIGPIPE, SIG_IGN);
	must(pipe(pipes) == 0);
	close(pipes[0]);
	must(dup2(pipes[1], 7) == 7);
	f = fdopen(7, "w");
	must(write(7, "x", 1) == -1 && errno == EPIPE);
	must(fprintf(f, "x") == 1 && fflush(f) == EOF && errno == EPIPE);
	fclose(f);
}

/* What ends a program natively ends it. */
static void no_stream(void)
{
	FILE *volatile none = NULL;
	int status;

	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			signal(SIGSEGV, SIG_DFL);
			if (i == 0)
				fprintf(none, "%d", 1);
			else if (i == 1)
				fputs("x", none);
			else
				fputc('x', none);
			_exit(0);
		}
		must(waitpid(pid, &status, 0) == pid);
		must(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	}
}

static volatile sig_atomic_t piped;

static void on_pipe(int sig)
{
	piped = sig;
}

static void signals(void)
{
	int pipes[2];

	signal(SIGPIPE, on_pipe);
	must(pipe(pipes) == 0);
	close(pipes[0]);
	must(write(pipes[1], "x", 1) == -1 && errno == EPIPE);
	must(piped == SIGPIPE);
}

/* A pipe that does not wait */
static void waiting(void)
{
	static char much[1 << 20];
	int pipes[2];
	ssize_t n;

	must(pipe2(pipes, O_NONBLOCK) == 0);
	n = write(pipes[1], much, sizeof(much));
	must(n > 0 && n < (ssize_t)sizeof(much));
	must(write(pipes[1], "x", 1) == -1 && errno == EAGAIN);
	must(dprintf(pipes[1], "x") < 0 && errno == EAGAIN);
}

/* Streams without a file, whose numbers are nobody's. */
static ssize_t cookie_write(void *cookie, const char *buf, size_t n)
{
	memcpy(cookie, buf, n < 16 ? n : 16);
	return (ssize_t)n;
}

static void memory(void)
{
	const cookie_io_functions_t io = { .write = cookie_write };
	char fixed[16] = "", cookie[17] = "", *text = NULL;
	wchar_t *wide = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	must(f && fprintf(f, "%d-%s", 12, "ab") == 5 && fputc('c', f) == 'c');
	must(fclose(f) == 0 && n == 6 && !strcmp(text, "12-abc"));
	f = fmemopen(fixed, sizeof(fixed), "w");
	must(f && fprintf(f, "%x", 255) == 2 && fclose(f) == 0);
	must(!strcmp(fixed, "ff"));
	f = fopencookie(cookie, "w", io);
	must(f && fputs("cookie", f) >= 0 && fclose(f) == 0);
	must(!strcmp(cookie, "cookie"));
	f = open_wmemstream(&wide, &n);
	must(f && fwprintf(f, L"%d", 7) == 1 && fputwc(L'x', f) == L'x');
	must(fclose(f) == 0 && n == 2 && !wcscmp(wide, L"7x"));
	free(text);
	free(wide);
}

/* A thread that is cancelled while it writes leaves the stream to others. */
static FILE *stuck;
static volatile int began;

static void *prints(void *arg)
{
	for (;;) {
		began = 1;
		fprintf(stuck, "%0*d", 3000, 1);
	}
	return arg;
}

static void cancelled(void)
{
	char name[64];
	void *result;
	pthread_t t;

	stuck = temporary(name, "w");
	unlink(name);
	must(pthread_create(&t, NULL, prints, NULL) == 0);
	while (!began)
		usleep(1000);
	must(pthread_cancel(t) == 0 && pthread_join(t, &result) == 0);
	must(result == PTHREAD_CANCELED);
	must(ftrylockfile(stuck) == 0);
}

/* Threads on one stream: no line is torn. */
#define LINES 2000

static void *many(void *arg)
{
	for (int i = 0; i < LINES; i++)
		fprintf(stuck, "%d %d %s\n", (int)(intptr_t)arg, i, "end");
	return arg;
}

static void together(void)
{
	int next[4] = { 0 }, who, n;
	char name[64], line[64];
	pthread_t t[4];

	stuck = temporary(name, "w+");
	for (intptr_t i = 0; i < 4; i++)
		must(pthread_create(&t[i], NULL, many, (void *)i) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	rewind(stuck);
	for (int i = 0; i < 4 * LINES; i++) {
		must(fgets(line, sizeof(line), stuck));
		must(sscanf(line, "%d %d end", &who, &n) == 2);
		must(who >= 0 && who < 4 && n == next[who]);
		next[who]++;
	}
	fclose(stuck);
	unlink(name);
}

static const struct scene scenes[] = {
	{ "buffers", buffers },	  { "errors", numbers_of_errors },
	{ "full", full },	  { "limited", limited },
	{ "closed", closed },	  { "broken", broken },
	{ "signals", signals },	  { "waiting", waiting },
	{ "no_stream", no_stream }, { "memory", memory },	  { "cancelled", cancelled },
	{ "together", together },
};

int main(int argc, char **argv)
{
	return act(scenes, sizeof(scenes) / sizeof(*scenes), argc, argv);
}
