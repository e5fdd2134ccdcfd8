/* SPDX-License-Identifier: MIT */
/*
 * Trains a small network (64-48-10, softmax, SGD with dropout) on handwritten
 * digits, with threads. A training program as many are: weights seeded from the
 * clock and kernel entropy, order and dropout from rand(). Two runs differ.
 *
 *	train_mlp DATA.csv [EPOCHS [WEIGHTS]]
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define IN 64
#define HIDDEN 48
#define OUT 10
#define BATCH 64
#define THREADS 2
#define RATE 0.1f
#define KEEP 0.9f

struct sample {
	float x[IN];
	int label;
};

struct net {
	float w1[HIDDEN][IN], b1[HIDDEN];
	float w2[OUT][HIDDEN], b2[OUT];
};

/* One thread's share of a batch. Gradients are summed in the order of the
 * threads, so that how they run does not matter. */
struct worker {
	pthread_t thread;
	const struct net *net;
	const struct sample **sample;
	int n;
	struct net gradient;
	double loss;
};

/* 64 pixels (0 to 16) and a label. */
static int read_row(const char *p, struct sample *s)
{
	for (int i = 0; i <= IN; i++) {
		char *end;
		long v = strtol(p, &end, 10);

		if (end == p || v < 0 || v > 16 || (i < IN && *end != ','))
			return -EINVAL;
		if (i < IN)
			s->x[i] = (float)v / 16;
		else
			s->label = (int)v;
		p = end + 1;
	}
	return s->label < OUT ? 0 : -EINVAL;
}

/* The number of samples or -errno; *out is the caller's to free either way. */
static int read_data(const char *path, struct sample **out)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	int n = 0, err = 0;

	if (!f)
		return -errno;
	while (!err && fgets(line, sizeof(line), f)) {
		struct sample *s;

		s = realloc(*out, (size_t)(n + 1) * sizeof(*s));
		if (s) {
			*out = s;
			err = read_row(line, &s[n++]);
		} else {
			err = -ENOMEM;
		}
	}
	if (!err && ferror(f))
		err = -EIO;
	fclose(f);
	return err ? err : n;
}

static float uniform(void)
{
	return (float)rand() / (float)RAND_MAX;
}

static void seed(struct net *net)
{
	struct timespec ts;
	unsigned entropy;
	float *w = (float *)net;

	if (getrandom(&entropy, sizeof(entropy), 0) != sizeof(entropy))
		entropy = 0;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	srand(entropy ^ (unsigned)time(NULL) ^ (unsigned)ts.tv_nsec);
	for (size_t i = 0; i < sizeof(*net) / sizeof(float); i++)
		w[i] = (uniform() - 0.5f) / 4;
}

/* p: probabilities of the classes. */
static void forward(const struct net *net, const float *x, float *h, float *p)
{
	float sum = 0, most = -1e30f;

	for (int j = 0; j < HIDDEN; j++) {
		float a = net->b1[j];

		for (int i = 0; i < IN; i++)
			a += net->w1[j][i] * x[i];
		h[j] = a > 0 ? a : 0;
	}
	for (int k = 0; k < OUT; k++) {
		p[k] = net->b2[k];
		for (int j = 0; j < HIDDEN; j++)
			p[k] += net->w2[k][j] * h[j];
		if (p[k] > most)
			most = p[k];
	}
	for (int k = 0; k < OUT; k++)
		sum += p[k] = expf(p[k] - most);
	for (int k = 0; k < OUT; k++)
		p[k] /= sum;
}

static void learn(struct worker *w, const struct sample *s)
{
	float x[IN], h[HIDDEN], p[OUT];

	for (int i = 0; i < IN; i++) /* dropout, from this thread's draws */
		x[i] = uniform() < KEEP ? s->x[i] / KEEP : 0;
	forward(w->net, x, h, p);
	w->loss -= log((double)p[s->label] + 1e-12);
	p[s->label] -= 1;
	for (int k = 0; k < OUT; k++) {
		for (int j = 0; j < HIDDEN; j++)
			w->gradient.w2[k][j] += p[k] * h[j];
		w->gradient.b2[k] += p[k];
	}
	for (int j = 0; j < HIDDEN; j++) {
		float d = 0;

		if (h[j] <= 0)
			continue;
		for (int k = 0; k < OUT; k++)
			d += p[k] * w->net->w2[k][j];
		for (int i = 0; i < IN; i++)
			w->gradient.w1[j][i] += d * x[i];
		w->gradient.b1[j] += d;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;

	memset(&w->gradient, 0, sizeof(w->gradient));
	w->loss = 0;
	for (int i = 0; i < w->n; i++)
		learn(w, w->sample[i]);
	return NULL;
}

static double step(struct net *net, const struct sample **batch, int n)
{
	static struct worker worker[THREADS];
	float *w = (float *)net;
	double loss = 0;

	for (int t = 0; t < THREADS; t++) {
		int from = n * t / THREADS, to = n * (t + 1) / THREADS;

		worker[t].net = net;
		worker[t].sample = batch + from;
		worker[t].n = to - from;
		if (pthread_create(&worker[t].thread, NULL, work, &worker[t]))
			abort();
	}
	for (int t = 0; t < THREADS; t++)
		pthread_join(worker[t].thread, NULL);
	for (int t = 0; t < THREADS; t++) {
		const float *g = (const float *)&worker[t].gradient;

		for (size_t i = 0; i < sizeof(*net) / sizeof(float); i++)
			w[i] -= RATE / (float)n * g[i];
		loss += worker[t].loss;
	}
	return loss;
}

static void shuffle(const struct sample **order, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int j = rand() % (i + 1);
		const struct sample *s = order[i];

		order[i] = order[j];
		order[j] = s;
	}
}

static double accuracy(const struct net *net, const struct sample *s, int n)
{
	int right = 0;

	for (int i = 0; i < n; i++) {
		float h[HIDDEN], p[OUT];
		int best = 0;

		forward(net, s[i].x, h, p);
		for (int k = 1; k < OUT; k++)
			if (p[k] > p[best])
				best = k;
		right += best == s[i].label;
	}
	return (double)right / n;
}

/* FNV-1a, 64 bit. */
static uint64_t digest(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325u;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

int main(int argc, char **argv)
{
	static struct net net;
	struct sample *sample = NULL;
	int epochs = argc > 2 ? atoi(argv[2]) : 200;
	const struct sample **order;
	int n, test, train;

	if (argc < 2) {
		fprintf(stderr, "usage: train_mlp DATA.csv [EPOCHS "
				"[WEIGHTS]]\n");
		return 2;
	}
	n = read_data(argv[1], &sample);
	if (n < BATCH) {
		fprintf(stderr, "train_mlp: %s: %s\n", argv[1],
			n < 0 ? strerror(-n) : "too few samples");
		free(sample);
		return 2;
	}
	test = n / 5;
	train = n - test;
	order = malloc((size_t)train * sizeof(*order));
	if (!order)
		return 2;
	for (int i = 0; i < train; i++)
		order[i] = &sample[i];
	seed(&net);
	for (int e = 1; e <= epochs; e++) {
		double loss = 0;

		shuffle(order, train);
		for (int i = 0; i < train; i += BATCH)
			loss += step(&net, order + i,
				     train - i < BATCH ? train - i : BATCH);
		if (e % 50 == 0 || e == epochs)
			printf("epoch %3d  loss %.6f\n", e, loss / train);
	}
	printf("accuracy %.4f  weights %016llx\n",
	       accuracy(&net, sample + train, test),
	       (unsigned long long)digest(&net, sizeof(net)));
	if (argc > 3) {
		FILE *f = fopen(argv[3], "wb");

		if (!f || fwrite(&net, sizeof(net), 1, f) != 1 || fclose(f)) {
			perror(argv[3]);
			return 1;
		}
	}
	free(order);
	free(sample);
	return 0;
}
