// SPDX-License-Identifier: MIT
//! Channels, scoped threads, mutexes, conditions and barriers: who comes when.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{mpsc, Barrier, Condvar, Mutex, RwLock};
use std::thread;

fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0xbf58476d1ce4e5b9).rotate_left(23)
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    let cells: Vec<AtomicU64> = (0..16).map(AtomicU64::new).collect();
    let (order, barrier) = (Mutex::new(0u64), Barrier::new(4));
    let (tickets, changed) = (Mutex::new(0), Condvar::new());
    let latest = RwLock::new(0u64);

    thread::scope(|scope| {
        for me in 0..4u64 {
            let sender = sender.clone();
            let (cells, order, barrier) = (&cells, &order, &barrier);
            let (tickets, changed, latest) = (&tickets, &changed, &latest);
            scope.spawn(move || {
                let mut own = me;
                for step in 0..2000 {
                    let at = (own % 16) as usize;
                    own = mix(own, cells[at].load(Relaxed) + step);
                    cells[at].store(own, Relaxed);
                    if step % 100 == 0 {
                        sender.send((me, own)).unwrap();
                        let mut order = order.lock().unwrap();
                        *order = mix(*order, me);
                        thread::yield_now();
                    }
                    if step % 150 == 0 {
                        *latest.write().unwrap() = own;
                    }
                    own = mix(own, *latest.read().unwrap());
                }
                barrier.wait();
                let mut tickets = tickets.lock().unwrap();
                while *tickets % 4 != me {
                    tickets = changed.wait(tickets).unwrap();
                }
                *tickets += 1;
                changed.notify_all();
            });
        }
    });
    drop(sender);
    let sent: Vec<_> = receiver.iter().collect();
    assert_eq!(sent.len(), 80);
    assert_eq!(*tickets.lock().unwrap(), 4);
    let hash = sent.iter().fold(0, |h, (me, own)| mix(mix(h, *me), *own));
    println!("{:016x} {:016x}", hash, *order.lock().unwrap());
}
