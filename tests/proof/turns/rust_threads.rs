// SPDX-License-Identifier: MIT
//! What Rust's standard library has to let threads meet, beside steps that lose
//! what others wrote.
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

static TRACE: AtomicU64 = AtomicU64::new(1);
static BEGUN: Once = Once::new();

fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0xbf58476d1ce4e5b9).rotate_left(23)
}

/// In two halves: what others wrote between is lost.
fn step(who: u64) {
    let seen = TRACE.load(Relaxed);
    let own = (0..seen % 61).fold(seen, mix);
    TRACE.store(mix(seen, own.wrapping_add(who)), Relaxed);
}

fn say(what: &str) {
    println!("{} {:016x}", what, TRACE.load(Relaxed));
}

struct Leaves(Cell<u64>);

impl Drop for Leaves {
    fn drop(&mut self) {
        step(self.0.get());
    }
}

thread_local! {
    static OWN: Leaves = Leaves(Cell::new(7));
}

fn channels() {
    let (send, receive) = mpsc::sync_channel(2);
    let receive = Arc::new(Mutex::new(receive));

    thread::scope(|scope| {
        for me in 0..4 {
            let send = send.clone();
            scope.spawn(move || {
                for i in 0..80 {
                    step(me);
                    if let Err(mpsc::TrySendError::Full(i)) = send.try_send(i) {
                        send.send(i).unwrap();
                    }
                }
            });
        }
        for me in 0..3 {
            let receive = receive.clone();
            scope.spawn(move || loop {
                let got = receive
                    .lock()
                    .unwrap()
                    .recv_timeout(Duration::from_micros(50));
                match got {
                    Ok(value) => step(value + me),
                    Err(mpsc::RecvTimeoutError::Timeout) => step(99),
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
            });
        }
        drop(send);
    });
    say("channels");
}

fn locks() {
    let order = Mutex::new(Vec::new());
    let table = RwLock::new([0u64; 16]);
    let (open, changed) = (Mutex::new(0u64), Condvar::new());
    let meet = Barrier::new(5);

    thread::scope(|scope| {
        for me in 0..5 {
            let (order, table, meet) = (&order, &table, &meet);
            let (open, changed) = (&open, &changed);
            scope.spawn(move || {
                BEGUN.call_once(|| {
                    thread::sleep(Duration::from_micros(100));
                    step(me)
                });
                for k in 0..100u64 {
                    OWN.with(|own| own.0.set(own.0.get() + k % 5));
                    step(me);
                    if let Ok(mut order) = order.try_lock() {
                        order.push(me);
                    }
                    if TRACE.load(Relaxed) % 3 == 0 {
                        table.write().unwrap()[(k % 16) as usize] += me;
                    } else {
                        step(table.read().unwrap().iter().sum());
                    }
                    if k % 25 == 0 && meet.wait().is_leader() {
                        step(me);
                    }
                }
                let mut open = open.lock().unwrap();
                while *open % 5 != me {
                    let (guard, late) = changed
                        .wait_timeout(open, Duration::from_micros(20))
                        .unwrap();
                    open = guard;
                    step(late.timed_out() as u64);
                }
                *open += 1;
                changed.notify_all();
            });
        }
    });
    for who in order.into_inner().unwrap() {
        step(who);
    }
    say("locks");
}

fn parks() {
    let done = Arc::new(AtomicBool::new(false));
    let sleepers: Vec<_> = (0..4)
        .map(|me| {
            let done = done.clone();
            thread::spawn(move || {
                while !done.load(Acquire) {
                    thread::park_timeout(Duration::from_micros(30));
                    step(me);
                }
                me
            })
        })
        .collect();

    for i in 0..200 {
        sleepers[i % 4].thread().unpark();
        step(i as u64);
        thread::yield_now();
    }
    done.store(true, Release);
    for t in sleepers {
        t.thread().unpark();
        step(t.join().unwrap());
    }
    say("parks");
}

/// Threads that fail, and what they leave of a lock.
fn panics() {
    let m = Arc::new(Mutex::new(0u64));
    let threads: Vec<_> = (0..6)
        .map(|me| {
            let m = m.clone();
            thread::Builder::new()
                .name(format!("worker {}", me))
                .spawn(move || {
                    let mut held = m.lock().unwrap_or_else(|e| e.into_inner());
                    step(me);
                    *held = mix(*held, me);
                    if TRACE.load(Relaxed) % 2 == 0 {
                        panic!("{}", *held);
                    }
                    *held
                })
                .unwrap()
        })
        .collect();

    for t in threads {
        match t.join() {
            Ok(value) => step(value),
            Err(_) => step(5),
        }
    }
    println!("poisoned: {}", m.is_poisoned());
    say("panics");
}

fn main() {
    channels();
    locks();
    parks();
    panics();
}
