// SPDX-License-Identifier: MIT
// Timers, the thread pool, a worker, a child: the same in every run.
const fs = require("fs"), http = require("http");
const { Worker } = require("worker_threads");
const { execFileSync } = require("child_process");

const later = (ms) => new Promise((done) => setTimeout(done, ms, ms));

(async () => {
	const order = [];
	await Promise.all([30, 10, 20].map(
		async (ms) => order.push(await later(ms))));
	console.log(order);
	fs.writeFileSync("a", "text");
	console.log(await fs.promises.readFile("a", "utf8"));
	const worker = new Worker(
		"require('worker_threads').parentPort.postMessage(6 * 7)",
		{ eval: true });
	console.log(await new Promise((done) => worker.on("message", done)));
	console.log(execFileSync("sh", ["-c", "echo child"]).toString());
	const server = http.createServer((request, answer) => answer.end("ok"));
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	const got = await fetch("http://127.0.0.1:" + server.address().port);
	console.log(await got.text());
	server.closeAllConnections();
	server.close();
})();
