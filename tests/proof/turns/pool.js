// SPDX-License-Identifier: MIT
// Workers that race for shared memory and wait on it, and what libuv's threads
// do: keys, compression and files, in the order in which they end.
const { Worker, isMainThread, workerData, parentPort } =
	require('worker_threads');
const crypto = require('crypto');
const fs = require('fs');
const zlib = require('zlib');

const trace = [];
const note = (...words) => trace.push(words.join(' '));

function race({ shared, me }) {
	const cells = new Int32Array(shared);
	let own = me;

	for (let i = 0; i < 4000; i++) {
		const at = 4 + Math.abs(own) % 12;

		own = (Math.imul(own, 31) + cells[at] + i) | 0;
		cells[at] = own;
		if (i % 400 === me) {
			parentPort.postMessage(own);
			Atomics.wait(cells, 2, 0, 1);
		}
	}
	/* One at a time, each woken by the one before. */
	while (Atomics.load(cells, 1) !== me)
		Atomics.wait(cells, 1, Atomics.load(cells, 1), 1000);
	Atomics.add(cells, 1, 1);
	Atomics.notify(cells, 1);
	parentPort.postMessage(crypto.randomBytes(8).toString('hex'));
}

function workers() {
	const shared = new SharedArrayBuffer(64);

	return Promise.all([0, 1, 2, 3].map((me) => new Promise((done) => {
		new Worker(__filename, { workerData: { shared, me } })
			.on('message', (m) => note('worker', me, m))
			.on('error', (e) => note('error', e))
			.on('exit', done);
	}))).then(() => note([...new Int32Array(shared)]));
}

function promise(call, ...args) {
	return new Promise((done) => call(...args, (error, value) =>
		done(error || value)));
}

async function threads() {
	const work = [];

	for (let n = 0; n < 24; n++) {
		const text = Buffer.alloc(3000 + n % 7 * 9000, 'samebits' + n);

		work.push(promise(crypto.pbkdf2, 'p', 's' + n, 50 + n % 5 * 400,
				  16, 'sha256')
			.then((k) => note('key', n, k.toString('hex'))));
		work.push(promise(zlib.gzip, text)
			.then((z) => note('zip', n, z.length)));
		work.push(promise(crypto.randomBytes, 8)
			.then((b) => note('bytes', n, b.toString('hex'))));
		work.push(fs.promises.writeFile('file' + n, text)
			.then(() => fs.promises.readFile('file' + n))
			.then((b) => note('file', n, b.length)));
		work.push(new Promise((done) => setTimeout(done, n % 4))
			.then(() => note('timer', n)));
	}
	work.push(promise(crypto.generateKeyPair, 'ec',
			  { namedCurve: 'P-256' }).then(() => note('pair')));
	await Promise.all(work);
}

if (isMainThread)
	workers().then(threads).then(() => {
		for (let n = 0; n < 24; n++)
			fs.unlinkSync('file' + n);
		console.log(trace.length);
		console.log(trace.join('\n'));
	});
else
	race(workerData);
