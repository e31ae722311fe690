/**
 * Declarations for programs that have not installed every optional peer.
 */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "./run.mjs"
import { writeChanged } from "./writeChanged.mjs"

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
const ofOptionalPeer = new RegExp(
  `^(?!\\s*\\*).*\\b(?:from |import\\()"(?:${Object.keys(manifest.peerDependenciesMeta).join("|")})["/]`
)
const ignored = " // @ts-ignore"

/** Tells compilers to take what such imports name for `any`; at the end of the line before, so that the maps stay true. */
export const forgiveAbsentPeers = async () => {
  const paths = (await readdir(join(root, "dist"), { recursive: true })).filter((path) => path.endsWith(".d.ts"))
  await Promise.all(paths.map(async (path) => {
    const lines = (await readFile(join(root, "dist", path), "utf8")).split("\n")
    const forgiven = lines.map((line, index) =>
      ofOptionalPeer.test(lines[index + 1] ?? "") && !line.endsWith(ignored) ? line + ignored : line
    )
    await writeChanged(join(root, "dist", path), forgiven.join("\n"))
  }))
}
