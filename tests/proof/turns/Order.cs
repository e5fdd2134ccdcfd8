// SPDX-License-Identifier: MIT
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

/* A counter without a lock, monitors, tasks and timers: who comes when. */
class Order {
	static readonly ConcurrentQueue<string> trace =
		new ConcurrentQueue<string>();
	static readonly object monitor = new object();
	static int counter, tickets;

	static void Work(int me)
	{
		for (int i = 0; i < 20000; i++)
			counter++;
		for (int i = 0; i < 15; i++) {
			lock (monitor) {
				while (tickets == 0)
					if (!Monitor.Wait(monitor, 2))
						trace.Enqueue("late " + me);
				tickets--;
				trace.Enqueue("ticket " + me + " " + i);
			}
			Thread.Sleep(i % 2);
		}
	}

	static void Main()
	{
		var threads = Enumerable.Range(0, 4)
			.Select(i => new Thread(() => Work(i))).ToList();

		threads.ForEach(t => t.Start());
		for (int i = 0; i < 60; i++) {
			lock (monitor) {
				tickets++;
				Monitor.Pulse(monitor);
			}
			if (i % 10 == 0)
				Thread.Sleep(1);
		}
		threads.ForEach(t => t.Join());
		Parallel.For(0, 60, i => trace.Enqueue("loop " + i));
		Task.WaitAll(Enumerable.Range(0, 30).Select(i => Task.Run(
			async () => {
				await Task.Delay(i % 3);
				trace.Enqueue("task " + i);
			})).ToArray());
		Console.WriteLine(counter + "\n" + string.Join("\n", trace));
	}
}
