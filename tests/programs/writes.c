/* SPDX-License-Identifier: MIT */
/*
 * writes WAY [none|line|full]: writes one line to standard output in one of
 * many ways, its stream buffered like that. "list" prints the ways. All of
 * those that write the line write the same bytes.
 */
#undef _FILE_OFFSET_BITS /* names as they are */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wchar.h>

#undef putc
#undef putchar
#undef putc_unlocked
#undef fputc_unlocked
#undef putchar_unlocked

#define TEXT "the same line of fifty-five bytes, and whoever wrote it"
#define LINE TEXT "\n"
#define LEN (sizeof(LINE) - 1)

ssize_t __write(int fd, const void *buf, size_t len);
int __overflow(FILE *f, int c);
int _IO_putc(int c, FILE *f);
int __printf_chk(int flag, const char *format, ...);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __vprintf_chk(int flag, const char *format, va_list ap);
int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap);
int __dprintf_chk(int fd, int flag, const char *format, ...);
int __vdprintf_chk(int fd, int flag, const char *format, va_list ap);

static void by_write(void) { write(1, LINE, LEN); }
static void by___write(void) { __write(1, LINE, LEN); }
static void by_pwrite(void) { pwrite(1, LINE, LEN, 0); }
static void by_pwrite64(void) { pwrite64(1, LINE, LEN, 0); }
static void by_syscall(void) { syscall(SYS_write, 1, LINE, LEN); }

static struct iovec part[4] = {
	{ (char *)"the same line", 13 },
	{ (char *)"", 0 },
	{ (char *)" of fifty-five bytes, and whoever", 33 },
	{ (char *)" wrote it\n", 10 },
};

static void by_writev(void) { writev(1, part, 4); }
static void by_pwritev(void) { pwritev(1, part, 4, 0); }
static void by_pwritev2(void) { pwritev2(1, part, 4, -1, 0); }
static void by_syscall_writev(void) { syscall(SYS_writev, 1, part, 4); }

static void by_fwrite(void) { fwrite(LINE, 1, LEN, stdout); }
static void by_fwrite_large(void) { fwrite(LINE, LEN, 1, stdout); }
static void by_fwrite_unlocked(void)
{
	fwrite_unlocked(LINE, 1, LEN, stdout);
}
static void by_fputs(void) { fputs(LINE, stdout); }
static void by_fputs_unlocked(void) { fputs_unlocked(LINE, stdout); }
static void by_puts(void) { puts(TEXT); }
static void by_printf(void) { printf("%.*s%s\n", 8, TEXT, &TEXT[8]); }
static void by_fprintf(void)
{
	fprintf(stdout, "the same line of %s-%s bytes, and %s\n", "fifty",
		"five", "whoever wrote it");
}

static void by___printf_chk(void) { __printf_chk(1, "%s\n", TEXT); }
static void by___fprintf_chk(void)
{
	__fprintf_chk(stdout, 1, "%s\n", TEXT);
}
static void by_dprintf(void) { dprintf(1, "%s\n", TEXT); }
static void by___dprintf_chk(void) { __dprintf_chk(1, 1, "%s\n", TEXT); }

static int (*listed)(va_list ap);

__attribute__((format(printf, 1, 2))) static void list(const char *format, ...)
{
	va_list ap;

	(void)format;
	va_start(ap, format);
	listed(ap);
	va_end(ap);
}

static int vp(va_list ap) { return vprintf("%s%c", ap); }
static int vfp(va_list ap) { return vfprintf(stdout, "%s%c", ap); }
static int vdp(va_list ap) { return vdprintf(1, "%s%c", ap); }
static int vpc(va_list ap) { return __vprintf_chk(1, "%s%c", ap); }
static int vfpc(va_list ap) { return __vfprintf_chk(stdout, 1, "%s%c", ap); }
static int vdpc(va_list ap) { return __vdprintf_chk(1, 1, "%s%c", ap); }

static void with_list(int (*fn)(va_list))
{
	listed = fn;
	list("%s%c", TEXT, '\n');
}

static void by_vprintf(void) { with_list(vp); }
static void by_vfprintf(void) { with_list(vfp); }
static void by_vdprintf(void) { with_list(vdp); }
static void by___vprintf_chk(void) { with_list(vpc); }
static void by___vfprintf_chk(void) { with_list(vfpc); }
static void by___vdprintf_chk(void) { with_list(vdpc); }

/* A character */
static void by_fputc(void) { fputc('x', stdout); }
static void by_putc(void) { putc('x', stdout); }
static void by__IO_putc(void) { _IO_putc('x', stdout); }
static void by_putchar(void) { putchar('x'); }
static void by_fputc_unlocked(void) { fputc_unlocked('x', stdout); }
static void by_putc_unlocked(void) { putc_unlocked('x', stdout); }
static void by_putchar_unlocked(void) { putchar_unlocked('x'); }
static void by___overflow(void) { __overflow(stdout, 'x'); }
static void by_write_x(void) { write(1, "x", 1); }
static void by_printf_x(void) { printf("x"); }

/* Wide: the length is known. */
static void by_fputws(void) { fputws(L"wide", stdout); }
static void by_fputws_unlocked(void) { fputws_unlocked(L"wide", stdout); }
static void by_wprintf(void) { wprintf(L"wide"); }
static void by_fwprintf(void) { fwprintf(stdout, L"wi%ls", L"de"); }
static void by_fputwc(void) { fputwc(L'w', stdout); }
static void by_putwc(void) { putwc(L'w', stdout); }
static void by_putwchar(void) { putwchar(L'w'); }

/* Moved: the length is known. */
static int source(int fd)
{
	char *at;

	if (ftruncate(fd, 6))
		return -1;
	at = mmap(NULL, 6, PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(at, "unseen", 6);
	return fd;
}

static void by_sendfile(void)
{
	sendfile(1, source(memfd_create("source", 0)), NULL, 6);
}

static void by_splice(void)
{
	int pipes[2];

	if (pipe(pipes) == 0 && write(pipes[1], "unseen", 6) == 6)
		splice(pipes[0], NULL, 1, NULL, 6, 0);
}

static void by_copy_file_range(void)
{
	char name[] = "/tmp/samebits-writes-XXXXXX";
	int fd = source(mkstemp(name));

	unlink(name);
	copy_file_range(fd, NULL, 1, NULL, 6, 0);
}

/* From frames of many depths: each is a place. */
static __attribute__((noinline)) void by_deep(void)
{
	static int depth;
	volatile char here = 0;

	if (depth++ < 20000) {
		putchar('x');
		by_deep();
	}
	here++;
}

#define WAY(kind, name) { kind, #name, by_##name }
static const struct {
	const char *kind, *name;
	void (*act)(void);
} ways[] = {
	WAY("line", write), WAY("line", __write), WAY("line", pwrite),
	WAY("line", pwrite64), WAY("line", syscall), WAY("line", writev),
	WAY("line", pwritev), WAY("line", pwritev2),
	WAY("line", syscall_writev), WAY("line", fwrite),
	WAY("line", fwrite_large), WAY("line", fwrite_unlocked),
	WAY("line", fputs), WAY("line", fputs_unlocked), WAY("line", puts),
	WAY("line", fprintf), WAY("line", __printf_chk),
	WAY("line", __fprintf_chk), WAY("line", dprintf),
	WAY("line", __dprintf_chk), WAY("line", vprintf), WAY("line", vfprintf),
	WAY("line", vdprintf), WAY("line", __vprintf_chk),
	WAY("line", __vfprintf_chk), WAY("line", __vdprintf_chk),
	WAY("line", printf),
	WAY("x", write_x), WAY("x", fputc), WAY("x", putc), WAY("x", _IO_putc),
	WAY("x", putchar), WAY("x", fputc_unlocked), WAY("x", putc_unlocked),
	WAY("x", putchar_unlocked), WAY("x", __overflow), WAY("x", printf_x),
	WAY("wide", fputws), WAY("wide", fputws_unlocked), WAY("wide", wprintf),
	WAY("wide", fwprintf), WAY("w", fputwc), WAY("w", putwc),
	WAY("w", putwchar),
	WAY("unseen", sendfile), WAY("unseen", splice),
	WAY("unseen", copy_file_range),
	WAY("deep", deep),
};
#define WAYS (sizeof(ways) / sizeof(*ways))

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[2] : "full";

	if (argc < 2)
		return 2;
	if (!strcmp(mode, "none"))
		setvbuf(stdout, NULL, _IONBF, 0);
	else if (!strcmp(mode, "line"))
		setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < WAYS; i++) {
		if (!strcmp(argv[1], "list"))
			dprintf(1, "%s %s\n", ways[i].kind, ways[i].name);
		else if (!strcmp(argv[1], ways[i].name))
			ways[i].act();
	}
	return 0;
}
