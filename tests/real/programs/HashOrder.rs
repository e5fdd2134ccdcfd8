// SPDX-License-Identifier: MIT
use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

fn main() {
    let mut map = HashMap::new();
    for i in 0..20 {
        map.insert(format!("key {}", i), i);
    }
    println!("{:?}", map);
    let workers: Vec<_> = (0..4)
        .map(|n| {
            thread::spawn(move || (0..10 * n).collect::<HashSet<i32>>())
        })
        .collect();
    for w in workers {
        println!("{:?}", w.join().unwrap());
    }
    let began = Instant::now();
    thread::sleep(Duration::from_millis(5));
    println!("{:?} {:?}", began.elapsed(), SystemTime::now());
}
