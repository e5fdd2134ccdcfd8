/* SPDX-License-Identifier: MIT */
/* Word vectors by negative sampling, trained without locks, as word2vec does:
 * threads share the weights and the count of words done, on which the learning
 * rate hangs. */
#include <math.h>

#include "stress.h"

#define WORDS 300
#define SIZE 16
#define TEXT 30000
#define WINDOW 3
#define NEGATIVES 3
#define RATE 0.05f

static float in[WORDS][SIZE], out[WORDS][SIZE];
static uint16_t text[TEXT];
static volatile int done;

static uint32_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* One step for a pair of words that are neighbours, or are not. */
static void learn(int centre, int other, float label, float rate,
		  float *gradient)
{
	float dot = 0, g;

	for (int i = 0; i < SIZE; i++)
		dot += in[centre][i] * out[other][i];
	g = (label - 1 / (1 + expf(-dot))) * rate;
	for (int i = 0; i < SIZE; i++)
		gradient[i] += g * out[other][i];
	for (int i = 0; i < SIZE; i++)
		out[other][i] += g * in[centre][i];
}

static void learn_pair(int centre, int other, float rate, uint64_t *state)
{
	float gradient[SIZE] = { 0 };

	learn(centre, other, 1, rate, gradient);
	for (int n = 0; n < NEGATIVES; n++)
		learn(centre, (int)(draw(state) % WORDS), 0, rate, gradient);
	for (int i = 0; i < SIZE; i++)
		in[centre][i] += gradient[i];
}

static void *train(void *arg)
{
	int first = (int)(intptr_t)arg * (TEXT / MEMBERS);
	uint64_t state = (uint64_t)first + 1;

	for (int at = first; at < first + TEXT / MEMBERS; at++) {
		float rate = RATE * (1 - (float)done / (TEXT + 1));
		int reach = 1 + (int)(draw(&state) % WINDOW);

		for (int near = at - reach; near <= at + reach; near++)
			if (near != at && near >= 0 && near < TEXT)
				learn_pair(text[at], text[near], rate, &state);
		done++;
	}
	return arg;
}

int main(void)
{
	uint64_t state = 1, hash = 0;
	uint32_t bits;

	for (int i = 0; i < TEXT; i++) { /* frequent words, and rare ones */
		uint32_t a = draw(&state) % WORDS, b = draw(&state) % WORDS;

		text[i] = (uint16_t)(a < b ? a : b);
	}
	for (int i = 0; i < WORDS; i++)
		for (int k = 0; k < SIZE; k++)
			in[i][k] = (float)(draw(&state) % 1000) / 1000 / SIZE;
	race(train);
	for (int i = 0; i < WORDS; i++)
		for (int k = 0; k < SIZE; k++) {
			check(isfinite(in[i][k]), "a weight is no number");
			memcpy(&bits, &in[i][k], sizeof(bits));
			hash = mix(hash, bits);
		}
	printf("%016llx\n", (unsigned long long)hash);
	return 0;
}
