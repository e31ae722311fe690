/**
 * The package as it would be published.
 */
import { join } from "node:path"
import { root, run } from "./run.mjs"

/** Builds and packs the package of the repository at `cwd` into `folder`: the tarball's path, and those of its files. */
export const pack = async (folder, { cwd = root } = {}) => {
  await run(process.execPath, [join(cwd, "scripts", "build.mjs")], { cwd })
  const output = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd,
    clean: true,
    capture: true
  })
  const [{ filename, files }] = Object.values(JSON.parse(output))
  return { tarball: join(folder, filename), files: files.map((file) => file.path) }
}
