# SPDX-License-Identifier: MIT
# Ruby's threads: a counter without a lock, queues, conditions, timeouts and
# what other threads raise.
require 'digest'
require 'timeout'

trace = []
counter = 0
workers = ->(n, &work) { (0...n).map { |i| Thread.new(i, &work) }.each(&:join) }

workers.call(4) do |me|
  2000.times do |i|
    seen = counter
    Thread.pass if i % 50 == me
    counter = seen + 1
  end
  trace << [:counted, me, counter]
end

todo = SizedQueue.new(5)
threads = (0...4).map do |me|
  Thread.new do
    while (n = todo.pop) != :end
      sleep(0.0003 * (n % 3))
      trace << [me, n, Digest::SHA1.hexdigest('x' * (n % 9) * 5000)]
    end
  end
end
80.times { |n| todo << n }
4.times { todo << :end }
threads.each(&:join)

lock = Mutex.new
ready = ConditionVariable.new
tickets = []
threads = (0...4).map do |me|
  Thread.new do
    lock.synchronize do
      ready.wait(lock, 0.002) while tickets.empty?
      trace << [:ticket, me, tickets.shift]
    end
  end
end
4.times do |n|
  sleep 0.001
  lock.synchronize { tickets << n; ready.signal }
end
threads.each(&:join)

workers.call(4) do |me|
  Timeout.timeout(0.002 * (me + 1)) { sleep }
rescue Timeout::Error
  trace << [:late, me]
end
victim = Thread.new do
  sleep
rescue StandardError => e
  trace << e.message
end
Thread.pass until victim.stop?
victim.raise('woken')
victim.join

reader, writer = IO.pipe
threads = (0...3).map { |me| Thread.new { 5.times { |i| writer.puts "#{me} #{i}" } } }
15.times { trace << reader.gets }
threads.each(&:join)
trace << rand
# Whether a child has written already, decides how its parent reads.
children = []
workers.call(3) { |me| children << `echo child #{me}` }
trace << children.sort
abort 'too few' if trace.size < 100
puts counter, Digest::SHA256.hexdigest(trace.inspect)
