(* SPDX-License-Identifier: MIT *)
Random.self_init ();;
Printf.printf "%d %f\n" (Random.bits ()) (Random.float 1.);;
let h = Hashtbl.create ~random:true 16;;
for i = 1 to 20 do Hashtbl.add h i () done;;
Hashtbl.iter (fun i () -> Printf.printf "%d " i) h;;
Printf.printf "\n%f\n" (Sys.time ());;
