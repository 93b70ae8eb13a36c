// Opens the page in a headless Chromium, lists the images of a sandbox, imports a new one, and checks what the
// page shows. node run.mjs FOLDER CHROMIUM SANDBOX [SCREENSHOT]: the folder has the page's script and module.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder, chromium, sandbox, screenshot] = process.argv.slice(2);

const files = {
  "/": ["text/html", new URL("index.html", import.meta.url)],
  "/page.js": ["text/javascript", join(folder, "page.js")],
  "/page_bg.wasm": ["application/wasm", join(folder, "page_bg.wasm")],
};
const requested = [];
const server = createServer(async (request, response) => {
  requested.push(request.url);
  const [type, file] = files[request.url] ?? [];
  response.writeHead(file ? 200 : 404, { "content-type": type ?? "text/plain" });
  response.end(file && await readFile(file));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const hub = spawn(sandbox, ["--step-ms", "200"], { stdio: ["ignore", "pipe", "ignore"] });
const settings = {};
for await (const line of createInterface(hub.stdout)) {
  const [, name, value] = line.match(/^export CYCLE_(\w+)=(.*)/) ?? [];
  settings[name] = value;
  if (name === "FACTORY_URL") break;
}

// Chromium's protocol: JSON with a zero byte after each message, over the pipes 3 and 4.
const profile = await mkdtemp(join(tmpdir(), "cycle-images-"));
const browser = spawn(chromium, [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=800,900",
  `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const answers = new Map();
let text = "";
browser.stdio[4].setEncoding("utf8").on("data", (piece) => {
  const messages = (text + piece).split("\0");
  text = messages.pop();
  for (const { id, result, error, method, params } of messages.map((message) => JSON.parse(message))) {
    if (method === "Runtime.exceptionThrown") console.error(params.exceptionDetails.exception.description);
    const [resolve, reject] = answers.get(id) ?? [];
    if (error) reject?.(new Error(error.message)); else resolve?.(result);
  }
});
let session;
const send = (method, params = {}) => new Promise((...answer) => {
  const id = answers.size + 1;
  answers.set(id, answer);
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId: session }) + "\0");
});
// The value of an expression in the page, once it is truthy.
const until = async (expression) => {
  const wait = `new Promise((resolve) => {
    const end = performance.now() + 30_000;
    (function look() {
      const value = ${expression};
      value || performance.now() > end ? resolve(value) : setTimeout(look, 20);
    })();
  })`;
  const { result, exceptionDetails: problem } = await send("Runtime.evaluate",
    { expression: wait, awaitPromise: true, returnByValue: true });
  assert.equal(problem, undefined);
  assert.ok(result.value, `not within 30 s: ${expression}`);
  return result.value;
};

try {
  const { targetInfos } = await send("Target.getTargets");
  const { targetId } = targetInfos.find(({ type }) => type === "page");
  ({ sessionId: session } = await send("Target.attachToTarget", { targetId, flatten: true }));
  await send("Runtime.enable");
  await send("Page.navigate", { url: `http://127.0.0.1:${server.address().port}/` });
  await until(`document.body?.dataset.ready === ""`);

  const list = async (key) => {
    const values = JSON.stringify([["url", settings.BASE_URL], ["key", key], ["hub", settings.HUB_ID]]);
    await until(`${values}.forEach(([id, value]) => { document.getElementById(id).value = value; }) ?? true`);
    await until(`document.querySelector("form button").click() ?? true`);
    await until(`document.querySelector("table").dataset.done === ""`);
    return await until(`({
      error: document.querySelector("#error").textContent,
      rows: [...document.querySelectorAll("tr")].map((row) => [...row.cells].map((cell) => cell.textContent)),
    })`);
  };

  const fault = async (fault) => {
    const headers = { authorization: `Bearer ${settings.API_KEY}` };
    const options = { method: "POST", headers, body: JSON.stringify(fault) };
    assert.equal((await fetch(`${settings.BASE_URL}/_sandbox/faults`, options)).status, 204);
  };

  const refused = await list("wrong-key");
  assert.match(refused.error, /401/);
  assert.deepEqual(refused.rows, []);

  // A redirect to this server isn't followed.
  const location = `http://127.0.0.1:${server.address().port}/redirected`;
  await fault({ status: 307, headers: { location } });
  const redirected = await list(settings.API_KEY);
  assert.match(redirected.error, /redirect/);

  // These are retried.
  await fault({ fault: "too_many_requests", retry_after: "0" });
  await fault({ fault: "close" });
  const { error, rows } = await list(settings.API_KEY);
  assert.equal(error, "");
  console.log(rows.map((row) => row.join(" | ")).join("\n"));
  assert.ok(rows.length > 1 && rows.some(([, state]) => state === "live"));

  // Every status that the row shows while the image is imported.
  const steps = await until(`(() => {
    const button = document.querySelector("td button");
    const row = window.row = button.closest("tr");
    const steps = window.steps = [];
    new MutationObserver(() => steps.push(row.cells[1].textContent)).observe(row.cells[1], { childList: true });
    button.click();
    return steps;
  })()`) && await until(`window.row.dataset.done === "" && window.steps`);
  console.log(steps.join(", "));
  assert.equal(await until(`document.querySelector("#error").textContent || "none"`), "none");
  assert.ok(steps.length > 2 && steps.at(-1) === "live");
  assert.ok(!requested.includes("/redirected"));

  if (screenshot) {
    const { data } = await send("Page.captureScreenshot");
    await writeFile(screenshot, data, "base64");
  }
} finally {
  hub.kill("SIGINT");
  const closed = new Promise((resolve) => browser.on("close", resolve));
  browser.kill();
  await closed;
  server.close();
  await rm(profile, { recursive: true, force: true });
}
