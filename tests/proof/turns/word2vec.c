/* SPDX-License-Identifier: MIT */
/* word2vec TEXT VECTORS: skipgram with negative sampling. Threads read their
 * parts of the text, and train the same weights without locks. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define WORDS 1024 /* that there may be, a power of two */
#define SIZE 24
#define WINDOW 4
#define NEGATIVES 4
#define EPOCHS 2
#define SENTENCE 64
#define LETTERS 16
#define RATE 0.05f

struct word {
	char text[LETTERS];
	long n;
};

static struct word word[WORDS]; /* by the hash of its text */
static float in[WORDS][SIZE], out[WORDS][SIZE];
static int table[16384]; /* a word as often as it is to be drawn */
static const char *path;
static long bytes, total;
static long done;   /* words, by all, as far as none was lost */
static float rate = RATE;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int find(const char *text)
{
	unsigned hash = 5381;

	for (const char *p = text; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	for (;; hash++) {
		struct word *w = &word[hash % WORDS];

		if (!*w->text)
			strncpy(w->text, text, LETTERS - 1);
		if (!strncmp(w->text, text, LETTERS - 1))
			return (int)(hash % WORDS);
	}
}

static void count_words(void)
{
	FILE *f = fopen(path, "r");
	char text[LETTERS];

	if (!f)
		die(path);
	while (fscanf(f, "%15s", text) == 1) {
		word[find(text)].n++;
		total++;
	}
	bytes = ftell(f);
	fclose(f);
}

static void fill_table(void)
{
	const int n = sizeof(table) / sizeof(*table);
	double sum = 0, upto = 0;
	int at = 0;

	for (int i = 0; i < WORDS; i++)
		sum += pow((double)word[i].n, 0.75);
	for (int i = 0; i < WORDS; i++) {
		upto += pow((double)word[i].n, 0.75) / sum;
		while (at < n && at < upto * n)
			table[at++] = i;
	}
}

static unsigned draw(unsigned long long *state)
{
	*state = *state * 25214903917u + 11;
	return (unsigned)(*state >> 16);
}

static void learn(const float *centre, int other, float label, float *error)
{
	float dot = 0, g;

	for (int i = 0; i < SIZE; i++)
		dot += centre[i] * out[other][i];
	g = (label - 1 / (1 + expf(-dot))) * rate;
	for (int i = 0; i < SIZE; i++) {
		error[i] += g * out[other][i];
		out[other][i] += g * centre[i];
	}
}

static void learn_pair(float *centre, int other, unsigned long long *state)
{
	float error[SIZE] = { 0 };

	learn(centre, other, 1, error);
	for (int i = 0; i < NEGATIVES; i++) {
		int drawn = table[draw(state) % (sizeof(table) / sizeof(int))];

		if (drawn != other)
			learn(centre, drawn, 0, error);
	}
	for (int i = 0; i < SIZE; i++)
		centre[i] += error[i];
}

static void learn_sentence(const int *s, int n, unsigned long long *state)
{
	for (int at = 0; at < n; at++) {
		int reach = 1 + (int)(draw(state) % WINDOW);

		for (int near = at - reach; near <= at + reach; near++)
			if (near != at && near >= 0 && near < n)
				learn_pair(in[s[near]], s[at], state);
	}
	done += n;
	rate = RATE * (1 - (float)done / (float)(EPOCHS * total + 1));
	if (rate < RATE / 10000)
		rate = RATE / 10000;
}

static void read_part(FILE *f, long end, unsigned long long *state)
{
	char text[LETTERS];
	int s[SENTENCE], n = 0;

	while (ftell(f) < end && fscanf(f, "%15s", text) == 1) {
		s[n++] = find(text);
		if (n == SENTENCE) {
			learn_sentence(s, n, state);
			n = 0;
		}
	}
	learn_sentence(s, n, state);
}

static void *train(void *arg)
{
	long me = (long)arg;
	unsigned long long state = (unsigned long long)me;
	char cut[LETTERS];
	FILE *f = fopen(path, "r");

	if (!f)
		die(path);
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		fseek(f, bytes / THREADS * me, SEEK_SET);
		if (me && fscanf(f, "%15s", cut) != 1) /* half a word */
			die("the text is too short");
		read_part(f, bytes / THREADS * (me + 1), &state);
	}
	fclose(f);
	return NULL;
}

static void save(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f)
		die(name);
	for (int i = 0; i < WORDS; i++) {
		if (!word[i].n)
			continue;
		fprintf(f, "%s", word[i].text);
		for (int k = 0; k < SIZE; k++)
			fprintf(f, " %a", (double)in[i][k]);
		fputc('\n', f);
	}
	if (fclose(f))
		die(name);
}

int main(int argc, char **argv)
{
	unsigned long long state = 1;
	pthread_t t[THREADS];

	if (argc != 3)
		return 2;
	path = argv[1];
	count_words();
	fill_table();
	for (int i = 0; i < WORDS; i++)
		for (int k = 0; k < SIZE; k++)
			in[i][k] = ((float)(draw(&state) & 0xffff) / 65536 -
				    0.5f) / SIZE;
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, train, (void *)i))
			die("pthread_create");
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("%ld of %ld words counted, rate %a\n", done, EPOCHS * total,
	       (double)rate);
	save(argv[2]);
	return 0;
}
