// Writes the licence texts of everything the page bundles beside the built asset.
import { readdirSync, readFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const parts = [];
for (const [path, info] of Object.entries(lock.packages)) {
  if (!path || info.dev || info.optional || !existsSync(path)) continue;
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  const title = `${path.replace(/^.*node_modules\//, "")} ${info.version} (${info.license ?? "see text"})`;
  parts.push(`${title}\n${"-".repeat(title.length)}\n${file ? readFileSync(join(path, file), "utf8").trim() : "No licence file; licence as stated in its package.json."}\n`);
}
writeFileSync("../static/LICENSES.txt", parts.join("\n\n"));
