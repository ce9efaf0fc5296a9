// Builds every test/*.test.ts(x) with esbuild and runs them under node --test. Arguments name files to run.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => /\.test\.tsx?$/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const out = mkdtempSync(join(here, "..", "node_modules", ".tests-"));
let status = 1;
try {
  await build({
    entryPoints: files.map((name) => join(here, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: "inline",
    loader: { ".css": "empty" },
    define: { LAZY: "{}" },
    logLevel: "warning",
  });
  const built = files.map((name) => join(out, name.replace(/\.tsx?$/, ".mjs")));
  status = spawnSync(process.execPath, ["--test", "--enable-source-maps", ...built], { stdio: "inherit", cwd: join(here, "..") }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.exit(status);
