// The same mails through a pooled nodemailer; prints its figures as JSON.
// Usage: node nodemailer.mjs MAILS.jsonl PORT CONNECTIONS   (run where nodemailer is installed)
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const nodemailer = createRequire(process.cwd() + "/")("nodemailer");
const [path, port, connections] = process.argv.slice(2);
const mails = readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const transport = nodemailer.createTransport({
  host: "127.0.0.1", port: Number(port), secure: false, ignoreTLS: true,
  pool: true, maxConnections: Number(connections), maxMessages: Infinity,
});
const before = process.cpuUsage();
let next = 0;
await Promise.all(Array.from({ length: Number(connections) }, async () => {
  while (next < mails.length) {
    const { from, to, to_name, subject, text, html } = mails[next++];
    await transport.sendMail({ from, to: { name: to_name, address: to }, subject, text, html });
  }
}));
const ended = Number(process.hrtime.bigint()) / 1e9; // the monotonic clock, as Python has it
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ended, work: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 }));
transport.close();
