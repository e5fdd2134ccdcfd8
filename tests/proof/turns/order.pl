# SPDX-License-Identifier: MIT
# Perl's threads: each has an interpreter of its own; what they share, races.
use strict;
use warnings;
use threads;
use threads::shared;
use Thread::Queue;
use Thread::Semaphore;
use Digest::SHA qw(sha256_hex);
use Time::HiRes qw(sleep);

my $counter : shared = 0;
my @trace : shared;
my $todo = Thread::Queue->new;
my $room = Thread::Semaphore->new(2);
my $tickets : shared = 0;

sub note { lock(@trace); push @trace, join ' ', @_ }

sub work
{
	my $me = shift;

	for my $i (1 .. 1500) {
		my $seen = $counter;
		threads->yield if $i % 40 == $me;
		$counter = $seen + 1;
	}
	note 'counted', $me, $counter;
	while (defined(my $n = $todo->dequeue)) {
		$room->down;
		sleep 0.0003 * ($n % 3);
		note $me, $n, sha256_hex('x' x ($n % 7 * 3000));
		$room->up;
	}
	{
		lock($tickets);
		cond_wait($tickets) until $tickets;
		note 'ticket', $me, $tickets--;
	}
	lock($counter);
	note 'late', $me unless cond_timedwait($counter, time + 1);
	return $me * 2;
}

my @threads = map { threads->create(\&work, $_) } 0 .. 3;
$todo->enqueue($_) for 0 .. 59;
$todo->end;
for (1 .. 4) {
	sleep 0.002;
	lock($tickets);
	$tickets++;
	cond_signal($tickets);
}
note 'joined', $_->join for @threads;
die 'too few' if @trace < 70;
print "$counter ", sha256_hex(join "\n", @trace), "\n";
