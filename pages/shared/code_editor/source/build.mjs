/* Makes ../editor.js of src/ and what package-lock.json pins. Its first line names both by a hash,
   which a test recomputes: the file that is served belongs to the sources beside it. */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

const names = ["build.mjs", "package-lock.json", ...readdirSync("src").map((name) => `src/${name}`)];
const hash = createHash("sha256");
for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(name)).update("\n");

await build({
  entryPoints: ["src/editor.js"],
  outfile: "../editor.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: {
    js: `/* CodeMirror 6, MIT license, https://codemirror.net. Built by \`make editor\` from ${hash.digest("hex")} */`,
  },
});
