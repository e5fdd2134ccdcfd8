/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for nobody, for --schedule=turns: who makes nothing but such
 * calls would keep the turn for ever. And what is made anew where somebody
 * waits for what was there before: libc's waiters stay where they are, never
 * woken.
 */
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "call.h"
#include "real.h"
#include "turn.h"
#include "banned.h"

#define NEWER(fn) __asm__(".symver " #fn ", " #fn "@@@GLIBC_2.3.2")
NEWER(pthread_cond_init);
NEWER(pthread_cond_destroy);

/* Of all of these the only effect is the one of libc's own. */
#define LOOK(fn, cost, parameters, ...)                                        \
	HOOK(fn);                                                              \
	EXPORT int fn parameters                                               \
	{                                                                      \
		turn_look_for(cost);                                           \
		return NEXT(fn)(__VA_ARGS__);                                  \
	}

static void forget(const void *object)
{
	static const char nobody;

	turn_look();
	if (turn_on && turn_waited(object))
		turn_requeue(object, 0, &nobody, UINT_MAX);
}

#define MAKE(fn, parameters, object, ...)                                      \
	HOOK(fn);                                                              \
	EXPORT int fn parameters                                               \
	{                                                                      \
		forget(object);                                                \
		return NEXT(fn)(object, __VA_ARGS__);                          \
	}

MAKE(pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t *attr),
     m, attr)
MAKE(pthread_cond_init,
     (pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr), c,
     attr)
MAKE(pthread_rwlock_init,
     (pthread_rwlock_t *restrict l, const pthread_rwlockattr_t *restrict attr),
     l, attr)
MAKE(pthread_barrier_init,
     (pthread_barrier_t *restrict b, const pthread_barrierattr_t *restrict attr,
      unsigned n),
     b, attr, n)
MAKE(sem_init, (sem_t * s, int shared, unsigned n), s, shared, n)

LOOK(pthread_mutex_destroy, 1, (pthread_mutex_t * m), m)
LOOK(pthread_cond_destroy, 1, (pthread_cond_t * c), c)
LOOK(pthread_rwlock_destroy, 1, (pthread_rwlock_t * l), l)
LOOK(sem_destroy, 1, (sem_t * s), s)
LOOK(sem_getvalue, 1, (sem_t *restrict s, int *restrict n), s, n)
LOOK(pthread_key_create, 1, (pthread_key_t * key, void (*destroy)(void *)), key,
     destroy)
LOOK(pthread_key_delete, 1, (pthread_key_t key), key)
LOOK(sigpending, TURN_KERNEL, (sigset_t * set), set)
LOOK(raise, TURN_KERNEL, (int sig), sig)
LOOK(pthread_getschedparam, TURN_KERNEL,
     (pthread_t t, int *restrict policy, struct sched_param *restrict param), t,
     policy, param)
LOOK(pthread_setschedparam, TURN_KERNEL,
     (pthread_t t, int policy, const struct sched_param *param), t, policy,
     param)
LOOK(pthread_setschedprio, TURN_KERNEL, (pthread_t t, int priority), t,
     priority)

/* What pthread_atfork() calls, which each object has a copy of. */
int __register_atfork(void (*prepare)(void), void (*parent)(void),
		      void (*child)(void), void *object);
LOOK(__register_atfork, 1,
     (void (*prepare)(void), void (*parent)(void), void (*child)(void),
      void *object),
     prepare, parent, child, object)
