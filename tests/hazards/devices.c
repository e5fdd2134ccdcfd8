/* SPDX-License-Identifier: MIT */
/* Devices of entropy and their like: every way to open one, every way to read
 * it, and what the descriptor is beside that. What a scene prints is drawn. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "hazard.h"

#define URANDOM "/dev/urandom"
#define UUID "/proc/sys/kernel/random/uuid"

/* What _FORTIFY_SOURCE makes of the calls. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);
ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);
ssize_t __pread_chk(int fd, void *buf, size_t len, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *buf, size_t len, off64_t at, size_t room);

static void show(uint64_t n)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%016llx\n",
			   (unsigned long long)n);

	must(n);
	must(write(1, text, (size_t)len) == len);
}

static uint64_t drawn(int fd)
{
	uint64_t n = 0;

	must(fd >= 0);
	must(read(fd, &n, sizeof(n)) == sizeof(n));
	return n;
}

static void show_and_close(int fd)
{
	show(drawn(fd));
	must(close(fd) == 0);
}

/* A link to the device under a name of its own, in a directory of its own. */
static char link_dir[64], link_name[80];

static void make_link(const char *to)
{
	snprintf(link_dir, sizeof(link_dir), "/tmp/samebits-%d", getpid());
	snprintf(link_name, sizeof(link_name), "%s/noise", link_dir);
	must(mkdir(link_dir, 0700) == 0);
	must(symlink(to, link_name) == 0);
}

static void drop_link(void)
{
	unlink(link_name);
	rmdir(link_dir);
}

static void by_functions(void)
{
	int dev = open("/dev", O_RDONLY | O_DIRECTORY);

	show_and_close(open(URANDOM, O_RDONLY));
	show_and_close(open64(URANDOM, O_RDWR));
	show_and_close(open("/dev/random", O_RDONLY | O_NONBLOCK));
	show_and_close(openat(dev, "urandom", O_RDONLY));
	show_and_close(openat64(dev, "../dev/random", O_RDONLY));
	show_and_close(__open_2(URANDOM, O_RDONLY));
	show_and_close(__open64_2(URANDOM, O_RDONLY));
	show_and_close(__openat_2(dev, "urandom", O_RDONLY));
	show_and_close(__openat64_2(AT_FDCWD, URANDOM, O_RDONLY));
	close(dev);
}

static void by_system_calls(void)
{
	struct open_how how = { .flags = O_RDONLY };

	show_and_close((int)syscall(SYS_open, URANDOM, O_RDONLY, 0));
	show_and_close((int)syscall(SYS_openat, AT_FDCWD, URANDOM, O_RDONLY,
				    0));
	show_and_close((int)syscall(SYS_openat2, AT_FDCWD, URANDOM, &how,
				    sizeof(how)));
	must(syscall(SYS_open, "/none", O_RDONLY, 0) == -1 && errno == ENOENT);
}

static void by_names(void)
{
	char again[32];
	int fd;

	make_link(URANDOM);
	fd = open(link_name, O_RDONLY);
	drop_link();
	show(drawn(fd));
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	show_and_close(open(again, O_RDONLY));
	close(fd);
	must(chdir("/dev") == 0);
	show_and_close(open("urandom", O_RDONLY));
	show_and_close(open("./random", O_RDONLY));
	show_and_close(openat(-1, "//dev/../dev/urandom", O_RDONLY));
}

static void opens(void)
{
	by_functions();
	by_system_calls();
	by_names();
}

/* The eight bytes of two parts. */
static uint64_t halves[2];
static struct iovec parts[2] = { { halves, 3 }, { (char *)halves + 3, 5 } };

static void show_read(ssize_t n)
{
	must(n == 8);
	show(halves[0]);
	halves[0] = 0;
}

static void reads(void)
{
	int fd = open(URANDOM, O_RDONLY);

	show_read(read(fd, halves, 8));
	show_read(pread(fd, halves, 8, 1));
	show_read(pread64(fd, halves, 8, 0));
	show_read(readv(fd, parts, 2));
	show_read(preadv(fd, parts, 2, 0));
	show_read(preadv64(fd, parts, 2, 0));
	show_read(preadv2(fd, parts, 2, -1, 0));
	show_read(preadv64v2(fd, parts, 2, 0, 0));
	show_read(__read_chk(fd, halves, 8, 8));
	show_read(__pread_chk(fd, halves, 8, 0, 16));
	show_read(__pread64_chk(fd, halves, 8, 0, 8));
	show_read(syscall(SYS_read, fd, halves, 8));
	show_read(syscall(SYS_pread64, fd, halves, 8, 0));
	show_read(syscall(SYS_readv, fd, parts, 2));
	close(fd);
}

/* Copying within the kernel: refused where it would pass by us. */
static void copies(void)
{
	int fd = open(URANDOM, O_RDONLY), out[2];
	ssize_t n;

	must(pipe(out) == 0);
	n = sendfile(out[1], fd, NULL, 8);
	must(controlled() ? n == -1 && errno == EINVAL : n == 8 || n == -1);
	n = splice(fd, NULL, out[1], NULL, 8, 0);
	must(controlled() ? n == -1 && errno == EINVAL : n == 8 || n == -1);
	/* Others are copied as ever. */
	close(fd);
	fd = open("/proc/self/exe", O_RDONLY);
	must(sendfile(out[1], fd, NULL, 8) == 8);
}

static uint64_t drawn_from(FILE *f)
{
	uint64_t n = 0;

	must(f);
	must(fread(&n, sizeof(n), 1, f) == 1);
	return n;
}

static int is_urandom(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_rdev == makedev(1, 9);
}

/* A stream is on the device, whatever libc made of it. */
static void show_stream(FILE *f)
{
	int fd;

	show(drawn_from(f));
	fd = fileno(f);
	must(is_urandom(fd));
	show(drawn(fd));
	must(fseek(f, 0, SEEK_CUR) == 0);
	must(fgetc(f) != EOF && !ferror(f) && !feof(f));
	must(fclose(f) == 0);
	must(fcntl(fd, F_GETFD) == -1);
}

static void streams(void)
{
	FILE *f = fopen(URANDOM, "rbe");
	int fd;

	must(fcntl(fileno(f), F_GETFD) == FD_CLOEXEC);
	must(setvbuf(f, NULL, _IONBF, 0) == 0);
	show_stream(f);
	show_stream(fopen64(URANDOM, "r"));
	f = fopen(URANDOM, "r+");
	must(fputs("noise", f) >= 0 && fflush(f) == 0);
	show_stream(f);
	show_stream(fdopen(open(URANDOM, O_RDONLY), "r"));
	/* The number stays the lowest that is free. */
	fd = open("/dev/null", O_RDONLY);
	close(fd);
	f = fopen(URANDOM, "r");
	must(fileno(f) == fd);
	/* What the program puts there counts. */
	must(dup2(open("/dev/zero", O_RDONLY), fd) == fd);
	must(drawn_from(f) == 0);
	fclose(f);
}

static void reopened(void)
{
	FILE *f = fopen("/dev/null", "r");

	must(freopen(URANDOM, "r", f) == f);
	show(drawn_from(f));
	must(freopen64(URANDOM, "r", f) == f);
	show(drawn_from(f));
	fclose(f);
	must(freopen(URANDOM, "r", stdin) == stdin);
	must(fileno(stdin) == 0);
	show(drawn_from(stdin));
	/* Ours reopened by libc's freopen is libc's again. */
	f = fopen(URANDOM, "r");
	must(freopen("/dev/zero", "r", f) == f);
	must(drawn_from(f) == 0);
	must(freopen(NULL, "r", f) == f);
	must(drawn_from(f) == 0);
	fclose(f);
}

static void run_shell(const char *command)
{
	fflush(stdout);
	must(system(command) == 0);
}

static void spawned(void)
{
	char *argv[] = { "od", "-An", "-N8", "-tx8", NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, URANDOM, O_RDONLY, 0);
	must(posix_spawnp(&pid, "od", &actions, NULL, argv, environ) == 0);
	posix_spawn_file_actions_destroy(&actions);
	must(waitpid(pid, &status, 0) == pid && status == 0);
}

static void *draw_in_thread(void *arg)
{
	show(drawn(*(int *)arg));
	return NULL;
}

/* The descriptor goes round. */
static void handed_on(void)
{
	int fd = open(URANDOM, O_RDONLY), copy = dup(fd), status;
	pthread_t t;
	pid_t pid;

	close(fd);
	show(drawn(copy));
	must(dup2(copy, 0) == 0 && dup3(copy, 200, O_CLOEXEC) == 200);
	show(drawn(0));
	show(drawn(200));
	show_and_close(fcntl(copy, F_DUPFD, 100));
	must(pthread_create(&t, NULL, draw_in_thread, &copy) == 0);
	must(pthread_join(t, NULL) == 0);
	pid = fork();
	if (pid == 0) {
		show(drawn(copy));
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0);
	run_shell("head -c 8 | od -An -tx8");
	run_shell("exec 3</dev/urandom; od -An -N8 -tx8 <&3");
	run_shell("dd bs=8 count=1 status=none | od -An -tx8");
	run_shell("dd if=/dev/urandom bs=8 count=1 status=none | od -An -tx8");
	spawned();
}

/* Beside its bytes a device is what it natively is. */
static void honest(void)
{
	struct pollfd p = { .fd = open(URANDOM, O_RDONLY), .events = POLLIN };
	int fd = open(URANDOM, O_WRONLY);
	volatile int bad = -1; /* the compiler knows better, too */
	char byte;

	must(is_urandom(p.fd) && poll(&p, 1, 0) == 1 && p.revents == POLLIN);
	must(read(p.fd, &byte, 0) == 0);
	must(write(p.fd, "x", 1) == -1 && errno == EBADF);
	must(readv(p.fd, parts, bad) == -1 && errno == EINVAL);
	must(readv(p.fd, parts, 0) == 0);
	must(lseek(p.fd, 0, SEEK_END) == 0);
	must(read(fd, &byte, 1) == -1 && errno == EBADF);
	must(write(fd, "x", 1) == 1);
	close(fd);
	fd = open(URANDOM, O_PATH);
	must(read(fd, &byte, 1) == -1 && errno == EBADF);
	close(fd);
	must(open("/dev/none", O_RDONLY) == -1 && errno == ENOENT);
	must(!fopen("/dev/none", "r") && errno == ENOENT);
	must(!fopen(URANDOM, "?") && errno == EINVAL);
	must(!fdopen(-1, "r") && errno == EBADF);
	errno = 77;
	drawn(p.fd);
	fclose(fopen("/dev/null", "r"));
	must(errno == 77);
	/* More than one block, and with a hole in between. */
	char *big = calloc(1, 1 << 20);

	must(read(p.fd, big, 1 << 20) == 1 << 20);
	must(memcmp(big, big + (1 << 19), 1 << 19));
	free(big);
	close(p.fd);
}

static void read_text(int fd, char text[64])
{
	ssize_t n;

	must(fd >= 0);
	n = read(fd, text, 64);
	must(n == 37 && text[36] == '\n');
	must(read(fd, text + 37, 1) == 0);
	text[36] = 0;
	must(write(fd, "x", 1) == -1);
	close(fd);
}

static void texts(void)
{
	char one[64], two[64], line[64];
	int fd = open("/dev/null", O_RDONLY), random;
	FILE *f;

	close(fd);
	random = open(UUID, O_RDONLY | O_CLOEXEC);
	must(random == fd && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	must((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	read_text(fd, one);
	fd = open(UUID, O_RDONLY);
	must(fcntl(fd, F_GETFD) == 0);
	read_text(fd, two);
	must(strcmp(one, two));
	must(one[14] == '4' && strchr("89ab", one[19]));
	must(strspn(one, "0123456789abcdef-") == 36 && one[23] == '-');
	dprintf(1, "%s %s\n", one, two);

	random = open("/proc/sys/kernel/random", O_RDONLY | O_DIRECTORY);
	read_text(openat(random, "uuid", O_RDONLY), one);
	read_text(openat(random, "boot_id", O_RDONLY), line);
	f = fopen("/proc/sys/kernel/random/boot_id", "r");
	must(f && fgets(two, sizeof(two), f) && !strncmp(line, two, 36));
	f = freopen(UUID, "r", f);
	must(f && fgets(two, sizeof(two), f) && strlen(two) == 37);
	fclose(f);
	dprintf(1, "%s %s %s", one, line, two);
	run_shell("cat < " UUID "; cat " UUID);
	close(random);
}

/* The same for the whole run, as for the whole boot. */
static void boot_id(void)
{
	char command[128], id[64];

	read_text(open("/proc/sys/kernel/random/boot_id", O_RDONLY), id);
	snprintf(command, sizeof(command),
		 "test $(cat /proc/sys/kernel/random/boot_id) = %s", id);
	run_shell(command);
}

/* There is room for the file, and none for another in its place. */
static void last_descriptor(void)
{
	struct rlimit limit;
	char text[64];
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = (rlim_t)fd + 1;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	must(open(UUID, O_RDONLY) == fd);
	read_text(fd, text);
	show_stream(fopen(URANDOM, "r"));
}

/* What makes keys gets real bytes: prints what must differ. */
static void keys(void)
{
	static const char *const libraries[] = {
		"libsodium", "libjava", "libnio", "libcryptsetup", "libhcrypto",
	};
	static const char *const makers[] = { "key_read", "key_stream",
					      "key_opened", "key_uuid" };
	uint64_t (*make)(void);
	char name[512];

	for (int i = 0; i < 20; i++) {
		void *h;

		snprintf(name, sizeof(name), "%s/%s-keys.so", KEYS,
			 libraries[i / 4]);
		h = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		must(h);
		*(void **)&make = dlsym(h, makers[i % 4]);
		must(make);
		show(make());
	}
}

/* A stream that one thread opened and another reads. */
static void *read_stream(void *f)
{
	show(drawn_from(f));
	return NULL;
}

static void shared_stream(void)
{
	FILE *f = fopen(URANDOM, "r");
	pthread_t t;

	must(setvbuf(f, NULL, _IONBF, 0) == 0);
	for (int i = 0; i < 2; i++) {
		must(pthread_create(&t, NULL, read_stream, f) == 0);
		must(pthread_join(t, NULL) == 0);
		show(drawn_from(f));
	}
	fclose(f);
}

SCENES({ "opens", opens }, { "reads", reads }, { "copies", copies },
       { "streams", streams }, { "reopened", reopened },
       { "handed_on", handed_on }, { "honest", honest }, { "texts", texts },
       { "boot_id", boot_id }, { "last_descriptor", last_descriptor },
       { "keys", keys }, { "shared_stream", shared_stream })
