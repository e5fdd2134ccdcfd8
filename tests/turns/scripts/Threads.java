// SPDX-License-Identifier: MIT
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A counter without a lock, a monitor, a pool and a barrier: who comes when. */
class Threads {
	static int counter;
	static double sum;
	static final Object monitor = new Object();

	static void race(int me) {
		for (int i = 0; i < 20000; i++) {
			counter++;
			if (i % 1000 == 0)
				Thread.yield();
			synchronized (monitor) {
				sum = sum * 0.999 + 1.0 / (i + me + 1);
			}
		}
	}

	public static void main(String[] args) throws Exception {
		var arrivals = new ConcurrentLinkedQueue<Integer>();
		List<Thread> threads = new ArrayList<>();
		var barrier = new CyclicBarrier(4);

		for (int i = 0; i < 4; i++) {
			int me = i;
			threads.add(new Thread(() -> {
				race(me);
				try {
					for (int k = 0; k < 10; k++)
						if (barrier.await() == 0)
							arrivals.add(me);
				} catch (Exception e) {
					System.exit(1);
				}
			}));
		}
		for (var t : threads)
			t.start();
		for (var t : threads)
			t.join();
		ExecutorService pool = Executors.newFixedThreadPool(4);
		for (int i = 0; i < 100; i++) {
			int piece = i;
			pool.submit(() -> arrivals.add(piece));
		}
		pool.shutdown();
		if (!pool.awaitTermination(60, TimeUnit.SECONDS)
				|| arrivals.size() != 110)
			System.exit(1);
		System.out.println(counter + " " + sum + " " + arrivals);
	}
}
