// SPDX-License-Identifier: MIT
// Workers that race for shared memory, and messages in order of arrival.
const { Worker, isMainThread, parentPort, workerData } =
	require('worker_threads');

const STEPS = 3000;

function work({ shared, me }) {
	const cells = new Int32Array(shared);
	let own = me;

	for (let i = 0; i < STEPS; i++) {
		const at = 1 + Math.abs(own) % 15;

		own = (Math.imul(own, 31) + cells[at] + i) | 0;
		cells[at] = own;
		if (i % 500 === 0)
			parentPort.postMessage(own);
	}
	Atomics.add(cells, 0, 1);
	Atomics.notify(cells, 0);
}

if (isMainThread) {
	const shared = new SharedArrayBuffer(64);
	const seen = [];
	let left = 4;

	for (let me = 0; me < 4; me++) {
		const w = new Worker(__filename, { workerData: { shared, me } });

		w.on('message', (value) => seen.push([me, value]));
		w.on('exit', () => {
			if (--left)
				return;
			const cells = new Int32Array(shared);

			if (cells[0] !== 4 || seen.length !== 24)
				process.exit(1);
			console.log(JSON.stringify([[...cells], seen]));
		});
	}
} else {
	work(workerData);
}
