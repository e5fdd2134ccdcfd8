// SPDX-License-Identifier: MIT
import java.util.*;
import java.util.concurrent.*;

/** Threads, waits with limits, maps: the same result in every run. */
public class Works {
	public static void main(String[] args) throws Exception {
		Map<String, Integer> map = new HashMap<>();
		for (int i = 0; i < 20; i++)
			map.put("key " + i, i);
		System.out.println(map);
		ExecutorService pool = Executors.newFixedThreadPool(4);
		List<Future<Integer>> sums = new ArrayList<>();
		for (int n = 0; n < 16; n++) {
			int end = n * 1000;
			sums.add(pool.submit(() -> {
				Thread.sleep(end / 1000);
				int sum = 0;
				for (int i = 0; i < end; i++)
					sum += i;
				return sum;
			}));
		}
		for (Future<Integer> sum : sums)
			System.out.println(sum.get(20, TimeUnit.SECONDS));
		pool.shutdown();
		System.out.println(pool.awaitTermination(20, TimeUnit.SECONDS));
		ScheduledExecutorService clock =
			Executors.newScheduledThreadPool(1);
		CountDownLatch ticks = new CountDownLatch(5);
		clock.scheduleAtFixedRate(ticks::countDown, 1, 5,
					  TimeUnit.MILLISECONDS);
		System.out.println(ticks.await(20, TimeUnit.SECONDS));
		clock.shutdownNow();
		long began = System.nanoTime();
		Thread.sleep(20);
		System.out.println(System.nanoTime() - began >= 20_000_000);
		System.gc();
		System.out.println(new BlockingGet().get());
	}

	static class BlockingGet {
		String get() throws Exception {
			return new SynchronousQueue<String>()
				.poll(20, TimeUnit.MILLISECONDS);
		}
	}
}
