/**
 * Completes the locks after `npm install`: npm leaves out optional packages for other platforms that it could
 * not reach, and `npm ci` then refuses the lock. Each missing one is added with the version its parent names and
 * the platform its own name says (no integrity: npm did not see the package). `--check` only tells.
 */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { root, runMain } from "./lib/run.mjs"

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"]
const libraries = { glibc: "glibc", gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" }

/** Where a package at `from` finds `name`, looking in its own folder and then upwards as Node does. */
const find = (packages, from, name) => {
  for (let at = from;; at = at.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, "")) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`
    if (Object.hasOwn(packages, path)) return path
    if (at === "") return undefined
  }
}

const entryFor = (name, range, parent) => {
  const words = name.split("/").at(-1).replace("windows", "win32").split("-")
  // Of a range the least it takes.
  const version = range.replace(/^[\^~]/, "")
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.filter((word) => processors.includes(word))
  const libc = words.filter((word) => Object.hasOwn(libraries, word)).map((word) => libraries[word])
  if (!/^\d+\.\d+\.\d+$/.test(version) || os.length !== 1 || cpu.length > 1) {
    throw new Error(`${name}@${range}: its platform or exact version cannot be told from its name`)
  }
  return {
    version,
    ...(cpu.length === 1 ? { cpu } : {}),
    ...(parent.dev === true ? { dev: true } : {}),
    ...(os[0] === "linux" && libc.length === 1 ? { libc } : {}),
    optional: true,
    os
  }
}

const complete = async (file) => {
  const path = join(root, file)
  const text = await readFile(path, "utf8")
  const lock = JSON.parse(text)
  const added = {}
  for (const [from, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (find(lock.packages, from, name) === undefined) {
        added[`node_modules/${name}`] = entryFor(name, version, parent)
      }
    }
  }
  const names = Object.keys(added)
  if (names.length === 0) return console.log(`${file} is complete`)
  if (process.argv.includes("--check")) {
    throw new Error(`${file} lacks ${names.length} packages for other platforms; run node scripts/complete-lock.mjs`)
  }
  const sorted = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1))
  await writeFile(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  console.log(`added ${names.length} packages for other platforms to ${file}`)
}

await runMain(async () => {
  for (const file of ["package-lock.json", "scripts/effect4/package-lock.json"]) await complete(file)
})
