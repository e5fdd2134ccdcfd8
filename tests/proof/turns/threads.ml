(* SPDX-License-Identifier: MIT *)
let order = ref []
let over = ref 0
let lock = Mutex.create ()
let changed = Condition.create ()

let work i =
  for k = 1 to 5 do
    Thread.yield ();
    Mutex.lock lock;
    order := ((i * 10) + k) :: !order;
    Mutex.unlock lock;
    Thread.delay 0.0005
  done;
  Mutex.lock lock;
  incr over;
  Condition.signal changed;
  Mutex.unlock lock

let () =
  let channel = Event.new_channel () in
  for i = 0 to 7 do
    ignore (Thread.create work i)
  done;
  Mutex.lock lock;
  while !over < 8 do
    Condition.wait changed lock
  done;
  let send () =
    for i = 1 to 5 do
      Event.sync (Event.send channel i)
    done
  in
  ignore (Thread.create send ());
  for _ = 1 to 5 do
    Printf.printf "%d " (Event.sync (Event.receive channel))
  done;
  List.iter (Printf.printf "%d ") !order;
  print_newline ()
