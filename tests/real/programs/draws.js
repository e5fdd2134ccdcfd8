// SPDX-License-Identifier: MIT
const crypto = require("crypto");

console.log(Math.random(), crypto.randomUUID(), Date.now());
console.log(crypto.randomBytes(8).toString("hex"), process.hrtime());
setTimeout(() => console.log("later", performance.now()), 20);
