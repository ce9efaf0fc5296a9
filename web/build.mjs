// Builds the pages into dist/: `node build.mjs [--watch] [page…]`, all pages when none is named.
// The customer's page carries its script and style inline, so that it is ready after one round trip;
// what it needs later is loaded from the addresses in LAZY. The other pages are ordinary split bundles.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const assets = join(dist, "assets");
/** JavaScript of the customer's page, gzip bytes: the limits of the first script and of all that is loaded before the call. */
const FIRST = 15 * 1000;
const LIMIT = 40 * 1000;
const MUCH = 1024 * 1024;

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  // Private fields and methods as they are: lowering them costs a tenth of the customer's script.
  target: ["chrome92", "edge92", "safari15.4", "firefox92"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

const hash = (bytes) => createHash("sha256").update(bytes).digest("base64url").slice(0, 10);
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const csp = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function asset(name, extension, bytes) {
  const file = `${name}-${hash(bytes)}.${extension}`;
  writeFileSync(join(assets, file), bytes);
  return `/assets/${file}`;
}

/** What a worker loads by names that a library has chosen, and therefore from a folder of its version, beside the worker. */
const BESIDE = { "backdrop.worker": { library: "@twilio/video-processors", files: ["selfie_segmentation_landscape.tflite", "tflite-simd-1-0-0.js", "tflite-simd-1-0-0.wasm"] } };

function folderOf(worker) {
  if (!BESIDE[worker]) return "";
  const { library, files } = BESIDE[worker];
  const from = join(root, "node_modules", library);
  const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const folder = `${worker}-${version}`;
  mkdirSync(join(assets, folder), { recursive: true });
  for (const file of files) copyFileSync(join(from, "dist", "build", file), join(assets, folder, file));
  return `${folder}/`;
}

/** `import url from "worker:./file.ts"` builds the worker as its own file. */
const workers = {
  name: "workers",
  setup(api) {
    api.onResolve({ filter: /^worker:/ }, (args) => ({ path: join(args.resolveDir, args.path.slice(7)), namespace: "worker" }));
    api.onLoad({ filter: /.*/, namespace: "worker" }, async (args) => {
      const made = await build({ ...common, format: "iife", entryPoints: [args.path], write: false });
      const name = basename(args.path).replace(/\.ts$/, "");
      const url = asset(`${folderOf(name)}${name}`, "js", made.outputFiles[0].contents);
      return { contents: `export default ${JSON.stringify(url)}`, loader: "js", watchFiles: [args.path] };
    });
  },
};

/** What each script of the customer's page lends to the ones loaded after it, so that nothing is loaded twice. */
const LENT = {
  main: {
    preact: ["options", "Fragment"],
    "preact/jsx-runtime": ["Fragment", "jsx", "jsxs"],
    "./customer/context.ts": ["addEnglish", "agentName", "brandName", "documentName", "locale", "t"],
    "./lib/ui/glyph.tsx": ["Glyph"],
  },
  call: { "preact/hooks": ["useEffect", "useLayoutEffect", "useRef", "useState"] },
  more: {},
};

/** The script of an entry, with its loan. */
function lender(name) {
  const loans = Object.entries(LENT[name]);
  return loans
    .map(([from, names], at) => `import { ${names.map((each) => `${each} as ${each}${at}`).join(", ")} } from "${from}";`)
    .concat(`Object.assign(globalThis.recourse ??= {}, { ${loans.map(([from, names], at) => `"${from}": { ${names.map((each) => `${each}: ${each}${at}`).join(", ")} }`).join(", ")} });`)
    .concat(`export * from "./customer/${name}.tsx";`)
    .join("\n");
}

/** What earlier scripts lend is read from the loan; a name that is not lent fails the build. */
const borrower = (lenders) => {
  const lent = Object.assign({}, ...lenders.map((name) => LENT[name]));
  return {
    name: "borrower",
    setup(api) {
      api.onResolve({ filter: /.*/ }, (args) => {
        if (args.kind === "entry-point") return null;
        const path = args.path.startsWith(".") ? `.${join(args.resolveDir, args.path).slice(root.length)}` : args.path;
        return lent[path] ? { path, namespace: "lent" } : null;
      });
      api.onLoad({ filter: /.*/, namespace: "lent" }, (args) => ({
        contents: lent[args.path].map((name) => `export const ${name} = globalThis.recourse[${JSON.stringify(args.path)}].${name};`).join("\n"),
        loader: "js",
      }));
    },
  };
};

const page = ({ title, head = "", body = "", lang = "en", script }) => `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${head}
</head>
<body>
<div id="app">${body}</div>
${script}
</body>
</html>
`;

async function customer(icon) {
  const lazy = {};
  for (const tag of readdirSync(join(root, "customer", "text")).map((name) => name.replace(/\.ts$/, "")).filter((name) => !name.startsWith("en"))) {
    const made = await build({ ...common, entryPoints: [join(root, "customer", "text", `${tag}.ts`)], write: false });
    lazy[tag] = asset(`text-${tag}`, "js", made.outputFiles[0].contents);
  }
  const part = (lenders, contents) =>
    build({
      ...common,
      stdin: { contents, resolveDir: root, loader: "js" },
      plugins: [borrower(lenders), workers],
      define: { LAZY: JSON.stringify(lazy) },
      loader: { ".css": lenders.length > 0 ? "empty" : "css" },
      write: false,
      outdir: assets,
    });
  const later = async (name, lenders, contents) => {
    lazy[name] = asset(name, "js", (await part(lenders, contents)).outputFiles[0].contents);
    return gzip(readFileSync(join(dist, lazy[name])));
  };
  await later("qr", ["main", "call"], 'export * from "./customer/qr.tsx";');
  await later("asks", ["main", "call"], 'export * from "./customer/asks.tsx";');
  await later("challenges", ["main", "call"], 'export * from "./customer/challenges.tsx";');
  // Only for those who meet an agent; not while the customer reads. Before what loads it and therefore knows its address.
  const met = await later("capture", ["main", "call"], 'export * from "./customer/capture.tsx";');
  await later("board", ["main", "call"], 'export * from "./customer/Board.tsx";');
  const reading = (await later("call", ["main"], lender("call"))) + (await later("more", ["main", "call"], lender("more")));
  const made = await part([], lender("main"));
  const text = (end) => (made.outputFiles.find((file) => file.path.endsWith(end))?.text ?? "").replaceAll("</script", "<\\/script").trim();
  const script = text(".js");
  const style = text(".css");
  const size = gzip(script);
  console.log(`customer: ${size} bytes of script before video (gzip; limit ${FIRST}), ${size + reading} with what is loaded while the customer reads (limit ${LIMIT}), ${met} more once an agent is there`);
  if (size > FIRST) throw new Error(`the customer's first script has ${size} bytes; the limit is ${FIRST}`);
  if (size + reading > LIMIT) throw new Error(`the customer's page loads ${size + reading} bytes of script; the limit is ${LIMIT}`);
  const html = page({
    title: "Verify now",
    head: `<link rel="icon" href="${icon}">\n<meta name="robots" content="noindex">\n<style>${style}</style>`,
    body: `<noscript>This page needs JavaScript. Please open the link in another browser.</noscript>`,
    // At the end, so that neither takes the line from the page itself.
    script: `<script type="module">${script}</script>\n${["call", "more"].map((name) => `<link rel="modulepreload" fetchpriority="low" href="${lazy[name]}">`).join("\n")}`,
  });
  writeFileSync(join(dist, "customer.html"), html);
  return { html: "customer.html", scripts: [csp(script)], styles: [csp(style)], script_gzip: size };
}

const named = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const SURFACES = { agent: "Agent console", interpreter: "Interpreter", admin: "Recourse admin", bank: "Open an account" };

async function surfaces(icon) {
  const wanted = Object.keys(SURFACES).filter((name) => named.length === 0 || named.includes(name));
  if (wanted.length === 0) return {};
  const made = await build({
    ...common,
    entryPoints: Object.fromEntries(wanted.map((name) => [name, join(root, name, "main.tsx")])),
    outdir: assets,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    publicPath: "/assets/",
    splitting: true,
    metafile: true,
    plugins: [workers],
  });
  const pages = {};
  for (const [path, output] of Object.entries(made.metafile.outputs)) {
    const name = wanted.find((each) => output.entryPoint === `${each}/main.tsx`);
    if (!name) continue;
    const url = (file) => `/assets/${basename(file)}`;
    const parts = output.imports.filter((each) => each.kind === "import-statement").map((each) => `<link rel="modulepreload" href="${url(each.path)}">`);
    const style = output.cssBundle ? `<link rel="stylesheet" href="${url(output.cssBundle)}">` : "";
    const head = [`<link rel="icon" href="${icon}">`, style, ...parts].filter(Boolean).join("\n");
    // The demo bank's page carries the snippet as a bank's own would.
    const snippet = name === "bank" ? `<script defer src="/embed.js"></script>\n` : "";
    writeFileSync(join(dist, `${name}.html`), page({ title: SURFACES[name], head, script: `${snippet}<script type="module" src="${url(path)}"></script>` }));
    pages[name] = { html: `${name}.html`, scripts: [], styles: [] };
  }
  return pages;
}

async function embed() {
  await build({ ...common, format: "iife", entryPoints: [join(root, "embed", "embed.ts")], outfile: join(dist, "embed.js") });
}

function squeeze(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) squeeze(path);
    else if (/\.(html|js|css|svg|json|wasm|tflite)$/.test(entry.name)) {
      const bytes = readFileSync(path);
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      // The last percent of a file of megabytes takes seconds of every build.
      const quality = bytes.length > MUCH ? 9 : 11;
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    }
  }
}

async function all() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  const icon = asset("favicon", "svg", readFileSync(join(root, "lib", "ui", "favicon.svg")));
  const pages = { customer: await customer(icon), ...(await surfaces(icon)) };
  await embed();
  writeFileSync(join(dist, "manifest.json"), `${JSON.stringify({ pages, embed: "embed.js" }, null, 2)}\n`);
  squeeze(dist);
}

await all();
if (process.argv.includes("--watch")) {
  let timer;
  watch(root, { recursive: true }, (_event, file) => {
    if (!file || /^(dist|node_modules)/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => all().then(() => console.log("built"), (error) => console.error(error.message)), 50);
  });
}
