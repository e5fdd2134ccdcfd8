/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <stdio.h>

#define PIECES 40
#define TASKS 10

static GMutex lock;
static GCond changed;
static GString *order;
static GMainLoop *loop;
static int done, left;

static void piece(void *name, void *arg)
{
	(void)arg;
	g_mutex_lock(&lock);
	g_string_append_printf(order, "%d ", GPOINTER_TO_INT(name));
	done++;
	g_cond_signal(&changed);
	g_mutex_unlock(&lock);
	g_usleep(200);
}

static void task(GTask *t, void *source, void *name, GCancellable *c)
{
	(void)source;
	(void)c;
	g_usleep(100);
	g_task_return_int(t, GPOINTER_TO_INT(name));
}

static void one_less(const char *what)
{
	g_string_append(order, what);
	if (--left == 0)
		g_main_loop_quit(loop);
}

static void task_over(GObject *source, GAsyncResult *result, void *arg)
{
	char name[16];

	(void)source;
	(void)arg;
	snprintf(name, sizeof(name), "t%d ",
		 (int)g_task_propagate_int(G_TASK(result), NULL));
	one_less(name);
}

static void file_read(GObject *file, GAsyncResult *result, void *arg)
{
	char *text = NULL;

	(void)arg;
	if (g_file_load_contents_finish(G_FILE(file), result, &text, NULL, NULL,
					NULL))
		g_free(text);
	one_less("file ");
}

static gboolean tick(void *what)
{
	one_less(what);
	return G_SOURCE_REMOVE;
}

static void *invokes(void *arg)
{
	g_main_context_invoke(NULL, tick, "invoked ");
	return arg;
}

static void pool(void)
{
	GThreadPool *p = g_thread_pool_new(piece, NULL, 4, FALSE, NULL);

	for (int i = 1; i <= PIECES; i++)
		g_thread_pool_push(p, GINT_TO_POINTER(i), NULL);
	g_mutex_lock(&lock);
	while (done < PIECES)
		g_cond_wait(&changed, &lock);
	g_mutex_unlock(&lock);
	g_thread_pool_free(p, FALSE, TRUE);
}

static void events(void)
{
	GFile *file = g_file_new_for_path("/etc/passwd");
	GThread *thread;

	loop = g_main_loop_new(NULL, FALSE);
	left = TASKS + 3;
	for (int i = 0; i < TASKS; i++) {
		GTask *t = g_task_new(NULL, NULL, task_over, NULL);

		g_task_set_task_data(t, GINT_TO_POINTER(i), NULL);
		g_task_run_in_thread(t, task);
		g_object_unref(t);
	}
	g_timeout_add(3, tick, "tick ");
	thread = g_thread_new("invokes", invokes, NULL);
	g_file_load_contents_async(file, NULL, file_read, NULL);
	g_main_loop_run(loop);
	g_thread_join(thread);
}

int main(void)
{
	order = g_string_new("");
	pool();
	events();
	puts(order->str);
	return 0;
}
