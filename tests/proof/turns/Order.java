// SPDX-License-Identifier: MIT
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.*;
import java.util.stream.*;

/** Threads that nothing puts in order: who comes when, and lost updates. */
class Order {
	static final List<String> trace =
		Collections.synchronizedList(new ArrayList<>());
	static final Object monitor = new Object();
	static int lost, tickets;

	static void note(Object... words) {
		trace.add(Arrays.toString(words));
	}

	static void run(int n, IntConsumerThrows work) throws Exception {
		var threads = new ArrayList<Thread>();

		for (int i = 0; i < n; i++) {
			int me = i;
			threads.add(new Thread(() -> {
				try {
					work.accept(me);
				} catch (Exception e) {
					note(e);
				}
			}));
		}
		for (var t : threads)
			t.start();
		for (var t : threads)
			t.join();
	}

	interface IntConsumerThrows {
		void accept(int me) throws Exception;
	}

	static void counters(int me) {
		for (int i = 0; i < 30000; i++) {
			lost = lost + i % 3;
			if (i % 3000 == me)
				note("count", me, lost);
		}
	}

	static void monitors(int me) throws Exception {
		for (int i = 0; i < 20; i++)
			synchronized (monitor) {
				if (me == 0) {
					tickets += 3;
					monitor.notifyAll();
					monitor.wait(1);
				} else {
					while (tickets == 0)
						monitor.wait(3, 1000);
					tickets--;
					note("ticket", me, i);
				}
				if (me == 3 && i == 12)
					return;
			}
	}

	static void pools() throws Exception {
		var pool = Executors.newFixedThreadPool(4);
		var ends = new ExecutorCompletionService<Integer>(pool);
		var clock = Executors.newScheduledThreadPool(2);
		var latch = new CountDownLatch(5);

		for (int i = 0; i < 5; i++) {
			int me = i;
			clock.schedule(() -> {
				note("timer", me);
				latch.countDown();
			}, me % 3, TimeUnit.MILLISECONDS);
		}
		for (int i = 0; i < 100; i++) {
			int piece = i;
			ends.submit(() -> {
				if (piece % 9 == 0)
					Thread.sleep(piece % 2);
				if (piece % 31 == 30)
					throw new Exception("piece " + piece);
				return piece;
			});
		}
		for (int i = 0; i < 100; i++)
			try {
				note("done", ends.take().get());
			} catch (ExecutionException e) {
				note(e.getCause());
			}
		latch.await();
		clock.shutdown();
		pool.shutdown();
	}

	static void streams() throws Exception {
		var map = new ConcurrentHashMap<Integer, Double>();
		var queue = new ConcurrentLinkedQueue<Integer>();
		var sum = new DoubleAdder();

		IntStream.range(0, 20000).parallel().forEach(i -> {
			map.merge(i % 97, 1.0 / (i + 1), (a, b) -> a * 0.99 + b);
			sum.add(1.0 / (i + 1));
			if (i % 211 == 0)
				queue.add(i);
		});
		note(map.hashCode(), sum.sum(), queue);
		note(IntStream.range(0, 5000).parallel().boxed()
			.filter(i -> i % 7 == 0).findAny().isPresent());
		note(DoubleStream.iterate(1, d -> d + 1).limit(4000).parallel()
			.map(Math::sqrt).sum());
		note(CompletableFuture.anyOf(IntStream.range(0, 8).mapToObj(
			i -> CompletableFuture.supplyAsync(() -> "any " + i))
			.toArray(CompletableFuture[]::new)).get());
		CompletableFuture.allOf(IntStream.range(0, 30).mapToObj(
			i -> CompletableFuture.runAsync(() -> note("async", i)))
			.toArray(CompletableFuture[]::new)).get();
	}

	static final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
	static final Semaphore room = new Semaphore(2);
	static final CyclicBarrier barrier = new CyclicBarrier(4);
	static final Exchanger<Integer> exchanger = new Exchanger<>();
	static final BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(4);

	static void locks(int me) throws Exception {
		room.acquire();
		note("in", me);
		Thread.sleep(me % 2);
		room.release();
		for (int i = 0; i < 10; i++) {
			if (barrier.await() == 0)
				note("first", me, i);
			if (lock.readLock().tryLock(1, TimeUnit.MILLISECONDS))
				lock.readLock().unlock();
			lock.writeLock().lock();
			note("write", me, i);
			lock.writeLock().unlock();
			note("swap", me, exchanger.exchange(me));
		}
		for (int i = 0; i < 20; i++)
			if (me % 2 == 0)
				queue.put(me * 100 + i);
			else
				note("took", me, queue.take());
	}

	static void garbage(int me) {
		var kept = new ArrayList<byte[]>();

		for (int i = 0; i < 3000; i++) {
			kept.add(new byte[4000]);
			if (kept.size() > 200)
				kept.clear();
			if (i % 500 == me)
				note("made", me, i);
		}
	}

	public static void main(String[] args) throws Exception {
		if (args.length > 0) {
			virtual();
		} else {
			run(4, Order::counters);
			run(4, Order::monitors);
			pools();
			streams();
			run(4, Order::locks);
			run(4, Order::garbage);
		}
		System.out.println(trace.size() + " " + lost + " " +
				   trace.hashCode());
		System.out.println(trace);
	}

	/** Of Java 21 and later: many threads on few. */
	static void virtual() throws Exception {
		var make = Executors.class.getMethod(
			"newVirtualThreadPerTaskExecutor");
		var gate = new ReentrantLock();

		try (var pool = (AutoCloseable)make.invoke(null)) {
			for (int i = 0; i < 200; i++) {
				int me = i;
				((ExecutorService)pool).submit(() -> {
					lost = lost + me;
					if (me % 3 == 0)
						Thread.sleep(me % 4);
					gate.lock();
					try {
						note("virtual", me, lost);
					} finally {
						gate.unlock();
					}
					note(queue.size(), me % 2 == 0
						? queue.offer(me, 1,
							TimeUnit.MILLISECONDS)
						: queue.poll());
					return me;
				});
			}
		}
	}
}
