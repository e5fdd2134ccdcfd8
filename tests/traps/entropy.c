/* SPDX-License-Identifier: MIT */
/* The chip's entropy, drawn by instructions of the program's own. Scenes as in
 * calls.c; where the processor has no RDSEED, RDRAND stands for it. */
#include <cpuid.h>
#include <dlfcn.h>
#include <immintrin.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what)) {                                                 \
			printf("line %d: " #what "\n", __LINE__);              \
			exit(1);                                               \
		}                                                              \
	} while (0)

static const char *self;

static void print(uint64_t n)
{
	printf("%016llx\n", (unsigned long long)n);
}

/* Of the first kind. */

__attribute__((target("rdrnd"))) static void random_of_each_width(void)
{
	unsigned short half = 0;
	unsigned int word = 0;
	unsigned long long all = 0;

	CHECK(_rdrand16_step(&half));
	CHECK(_rdrand32_step(&word));
	CHECK(_rdrand64_step(&all));
	print(half);
	print(word);
	print(all);
}

__attribute__((target("rdseed"))) static void draw_seeds(void)
{
	unsigned short half = 0;
	unsigned int word = 0;
	unsigned long long all = 0;

	/* There may be none for a moment. */
	while (!_rdseed16_step(&half) || !_rdseed32_step(&word) ||
	       !_rdseed64_step(&all))
		_mm_pause();
	print(half);
	print(word);
	print(all);
}

static void seeds(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_RDSEED)
		draw_seeds();
	else
		random_of_each_width();
}

static uint64_t draw(void)
{
	uint64_t n;
	unsigned char some;

	do
		__asm__ volatile("rdrand %0; setc %1"
				 : "=&r"(n), "=q"(some)
				 :
				 : "cc");
	while (!some);
	return n;
}

/* Each general register but the stack's, by a function of its own. */
#define DRAWS_INTO(reg)                                                        \
	static uint64_t into_##reg(void)                                       \
	{                                                                      \
		uint64_t n;                                                    \
                                                                               \
		__asm__ volatile("push %%rbp\n\tpush %%rbx\n\t"                \
				 "1: rdrand %%" #reg "\n\tjnc 1b\n\t"          \
				 "mov %%" #reg ", %%rax\n\t"                   \
				 "pop %%rbx\n\tpop %%rbp"                      \
				 : "=a"(n)                                     \
				 :                                             \
				 : "rcx", "rdx", "rsi", "rdi", "r8", "r9",     \
				   "r10", "r11", "r12", "r13", "r14", "r15",   \
				   "cc", "memory");                            \
		return n;                                                      \
	}
DRAWS_INTO(rax)
DRAWS_INTO(rcx)
DRAWS_INTO(rdx)
DRAWS_INTO(rbx)
DRAWS_INTO(rbp)
DRAWS_INTO(rsi)
DRAWS_INTO(rdi)
DRAWS_INTO(r8)
DRAWS_INTO(r9)
DRAWS_INTO(r10)
DRAWS_INTO(r11)
DRAWS_INTO(r12)
DRAWS_INTO(r13)
DRAWS_INTO(r14)
DRAWS_INTO(r15)

static uint64_t (*const into[])(void) = {
	into_rax, into_rcx, into_rdx, into_rbx, into_rbp,
	into_rsi, into_rdi, into_r8,  into_r9,	into_r10,
	into_r11, into_r12, into_r13, into_r14, into_r15,
};
#define REGISTERS (sizeof(into) / sizeof(*into))

static void registers(void)
{
	uint64_t n[REGISTERS];

	for (size_t i = 0; i < REGISTERS; i++) {
		n[i] = into[i]();
		for (size_t k = 0; k < i; k++)
			CHECK(n[i] != n[k]);
		print(n[i]);
	}
}

static void *in_thread(void *arg)
{
	for (int i = 0; i < 1000; i++)
		*(uint64_t *)arg ^= draw();
	return NULL;
}

static void threads(void)
{
	uint64_t n[4] = { 0 };
	pthread_t id[4];

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&id[i], NULL, in_thread, &n[i]) == 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(id[i], NULL);
		print(n[i]);
	}
	CHECK(n[0] != n[1]);
}

static volatile uint64_t met;

static void on_usr1(int sig)
{
	(void)sig;
	met = draw();
}

static void handler(void)
{
	static char stack[1 << 16];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction act = { .sa_handler = on_usr1 };

	sigfillset(&act.sa_mask);
	for (int i = 0; i < 2; i++) {
		CHECK(sigaction(SIGUSR1, &act, NULL) == 0);
		raise(SIGUSR1);
		print(met);
		sigaltstack(&alternate, NULL);
		act.sa_flags = SA_ONSTACK;
	}
}

static void children(void)
{
	int status;

	print(draw());
	fflush(stdout);
	if (fork() == 0) {
		print(draw());
		fflush(stdout);
		execl(self, self, "widths", NULL);
		_exit(9);
	}
	CHECK(wait(&status) > 0 && status == 0);
	print(draw());
}

static uint64_t draw_in(const char *library)
{
	uint64_t (*there)(void);
	char path[4096];
	void *h;

	snprintf(path, sizeof(path), "%.*s/%s.so",
		 (int)(strrchr(self, '/') - self), self, library);
	h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CHECK(h);
	*(void **)&there = dlsym(h, "entropy_draw");
	CHECK(there);
	return there();
}

static void library(void)
{
	print(draw_in("traps_entropy_library"));
}

/* It carries the mark of one that makes keys. */
static void keys(void)
{
	print(draw_in("traps_entropy_keys"));
}

/* Of the second kind. */

#define CF 0x001
#define DF 0x400
#define OF 0x800
#define OSZAPC 0x8d5

static uint64_t flags_after(uint64_t before)
{
	uint64_t after, n;

	__asm__ volatile("push %2\n\tpopf\n\trdrand %1\n\tpushf\n\tpop %0\n\t"
			 "cld"
			 : "=r"(after), "=&r"(n)
			 : "r"(before)
			 : "cc", "memory");
	return after;
}

static void flags(void)
{
	uint64_t after;

	for (int i = 0; i < 100; i++) {
		after = flags_after(0x202 | OSZAPC | DF);
		CHECK(after & DF);
		CHECK((after & OSZAPC) == CF);
		after = flags_after(0x202);
		CHECK(!(after & DF));
		CHECK((after & OSZAPC) == CF);
	}
}

/* The rest of a register, and of all others. */
static void parts(void)
{
	uint64_t n = ~0ull, other;

	__asm__ volatile("1: rdrand %w0; jnc 1b" : "+r"(n) : : "cc");
	CHECK(n >> 16 == ~0ull >> 16);
	n = ~0ull;
	__asm__ volatile("1: rdrand %k0; jnc 1b" : "+r"(n) : : "cc");
	CHECK(n >> 32 == 0);
	n = 0;
	for (int i = 0; i < 64; i++)
		n |= draw();
	CHECK(n == ~0ull);
	__asm__ volatile("mov $1, %%eax; mov $2, %%ecx; mov $3, %%edx\n\t"
			 "mov $6, %%esi; mov $7, %%edi; mov $8, %%r8d\n\t"
			 "mov $9, %%r9d; mov $11, %%r11d; mov $12, %%r12d\n\t"
			 "rdrand %%r10\n\t"
			 "add %%rcx, %%rax; add %%rdx, %%rax\n\t"
			 "add %%rsi, %%rax; add %%rdi, %%rax\n\t"
			 "add %%r8, %%rax; add %%r9, %%rax\n\t"
			 "add %%r11, %%rax; add %%r12, %%rax"
			 : "=a"(other)
			 :
			 : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
			   "r12", "cc");
	CHECK(other == 1 + 2 + 3 + 6 + 7 + 8 + 9 + 11 + 12);
}

/* More prefixes than a compiler would put there. */
static void prefixes(void)
{
	uint64_t n = 0;

	for (int i = 0; i < 8 && !n; i++)
		__asm__ volatile(".byte 0x66, 0x48, 0x0f, 0xc7, 0xf0"
				 : "=a"(n)
				 :
				 : "cc");
	CHECK(n > 0xffff);
	__asm__ volatile("mov $-1, %%r8\n\t"
			 ".byte 0x66, 0x66, 0x41, 0x0f, 0xc7, 0xf0\n\t"
			 "mov %%r8, %0"
			 : "=r"(n)
			 :
			 : "r8", "cc");
	CHECK(n >> 16 == ~0ull >> 16);
	n = 0;
	for (int i = 0; i < 8 && !n; i++)
		__asm__ volatile(".byte 0x2e, 0x48, 0x0f, 0xc7, 0xf0"
				 : "=a"(n)
				 :
				 : "cc");
	CHECK(n > 0xffff);
}

/* The bytes of one within another, and where no function is. */
#ifdef ALL_CODE
static const unsigned char entropy_data[] = { 0x06, 0x48, 0x0f, 0xc7, 0xf0 };
#else
extern const unsigned char entropy_data[];
__asm__(".text\n\t.p2align 4\nentropy_data:\n\t"
	".byte 0x06, 0x48, 0x0f, 0xc7, 0xf0, 0x06\n\t.fill 16, 1, 0x06\n\t"
	".p2align 4\n");
#endif

static void bytes(void)
{
	static const unsigned char data[] = { 0x06, 0x48, 0x0f, 0xc7, 0xf0 };
	uint64_t n;

	__asm__ volatile("movabs $0xf0c70ff0c70f48, %0" : "=r"(n));
	CHECK(n == 0xf0c70ff0c70f48);
	CHECK(!memcmp(entropy_data, data, sizeof(data)));
}

static void blocked(void)
{
	sigset_t all;

	sigfillset(&all);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	CHECK(draw() != draw());
	CHECK(sigprocmask(SIG_BLOCK, NULL, &all) == 0);
	CHECK(sigismember(&all, SIGSEGV) == 1);
}

static volatile int *volatile nowhere = (volatile int *)16;

static void on_fault(int sig)
{
	_exit(sig == SIGSEGV && draw() != draw() ? 3 : 4);
}

static void own_handler(void)
{
	int status;

	fflush(stdout);
	if (fork() == 0) {
		signal(SIGSEGV, on_fault);
		if (draw() == draw())
			_exit(5);
		*nowhere = 1;
		_exit(6);
	}
	CHECK(wait(&status) > 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static volatile uint64_t handled;

static void on_alarm(int sig)
{
	(void)sig;
	handled += draw() != draw();
}

/* Signals come before, within and after a trap. */
static void interrupted(void)
{
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };
	struct sigaction act = { .sa_handler = on_alarm };
	uint64_t last = 0, n;

	CHECK(sigaction(SIGALRM, &act, NULL) == 0);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 20000 || handled < 10; i++) {
		n = draw();
		CHECK(n != last);
		last = n;
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

/* What lies below the stack pointer is the function's own. */
static void red_zone(void)
{
	uint64_t n;

	__asm__ volatile("movq $77, -120(%%rsp); movq $78, -8(%%rsp)\n\t"
			 "rdrand %%rcx\n\t"
			 "mov -120(%%rsp), %0; add -8(%%rsp), %0"
			 : "=&r"(n)
			 :
			 : "rcx", "cc", "memory");
	CHECK(n == 77 + 78);
}

static const struct {
	const char *name;
	void (*play)(void);
	int prints;
} scenes[] = {
	{ "widths", random_of_each_width, 1 },
	{ "seeds", seeds, 1 },
	{ "registers", registers, 1 },
	{ "threads", threads, 1 },
	{ "handler", handler, 1 },
	{ "children", children, 1 },
	{ "library", library, 1 },
	{ "keys", keys, 1 },
	{ "flags", flags, 0 },
	{ "parts", parts, 0 },
	{ "prefixes", prefixes, 0 },
	{ "bytes", bytes, 0 },
	{ "blocked", blocked, 0 },
	{ "own_handler", own_handler, 0 },
	{ "interrupted", interrupted, 0 },
	{ "red_zone", red_zone, 0 },
};

int main(int argc, char **argv)
{
	self = argv[0];
	alarm(60);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		if (argc != 2 || strcmp(argv[1], scenes[i].name))
			continue;
		scenes[i].play();
		if (!scenes[i].prints)
			puts("ok");
		return 0;
	}
	fprintf(stderr, "no such scene\n");
	return 2;
}
