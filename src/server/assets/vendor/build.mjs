// Makes codemirror.js, the one file that the page loads, and codemirror.licences.txt, the licences of all that is in it.
import { build } from "esbuild";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const RAW = 425_000;
const COMPRESSED = 200_000;

const result = await build({
  absWorkingDir: here,
  entryPoints: ["codemirror.mjs"],
  outfile: "codemirror.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: { js: "// CodeMirror 6 and what it needs, under the MIT licence: see codemirror.licences.txt beside this file." },
  charset: "utf8",
  metafile: true,
});

/** The packages whose files went into the bundle. */
const packages = new Set(
  Object.keys(result.metafile.inputs)
    .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter(Boolean),
);
const licences = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (license !== "MIT") throw new Error(`${name} is under ${license}`);
  const file = ["LICENSE", "LICENSE.md", "license"].map((file) => join(folder, file)).find(existsSync);
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(file, "utf8").trim()}\n`;
});
writeFileSync(join(here, "codemirror.licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));

const bytes = readFileSync(join(here, "codemirror.js"));
const compressed = gzipSync(bytes, { level: 9 }).length;
console.log(`codemirror.js: ${bytes.length} bytes, ${compressed} compressed, ${packages.size} packages`);
if (bytes.length > RAW || compressed > COMPRESSED) throw new Error(`more than ${RAW} bytes, or ${COMPRESSED} compressed`);
