// nodemailer with a pool of connections, a message composed for each recipient:
// node nodemailer.mjs FOLDER-OF-NODEMAILER PORT MESSAGES CONNECTIONS TEXTS.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, port, messages, connections, texts] = process.argv.slice(2);
const nodemailer = createRequire(`${folder}/package.json`)("nodemailer");
const { sender, base, text, html } = JSON.parse(readFileSync(texts, "utf8"));
const total = Number(messages);

const transport = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  secure: false,
  ignoreTLS: true,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: Infinity,
});

let next = 0;

async function lane() {
  while (next < total) {
    const number = next++;
    const leave = `${base}/u/${String(number).padStart(36, "0")}`;
    await transport.sendMail({
      from: sender,
      to: `Harbour Reader <reader${number}@readers${number % 50}.example>`,
      subject: "The ferries return and 12 more",
      text: `${text}\nUnsubscribe: ${leave}\n`,
      html: html.replace("</body>", `<p><a href="${leave}">Unsubscribe</a></p></body>`),
      headers: { "List-Unsubscribe": `<${leave}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
    });
  }
}

const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const cpu = used();
const start = performance.now();
await Promise.all(Array.from({ length: 2 * Number(connections) }, lane)); // one composed ahead of each connection
const seconds = (performance.now() - start) / 1000;
const measured = { messages: total, seconds, cpu: used() - cpu, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(measured));
transport.close();
