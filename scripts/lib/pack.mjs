/**
 * The package as it would be published.
 */
import { join } from "node:path"
import { run } from "./run.mjs"

/** Builds and packs the package into `folder`: the tarball's path and the paths of the files in it. */
export const pack = async (folder) => {
  await run("npm", ["run", "--silent", "build"])
  const output = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    capture: true
  })
  const [{ filename, files }] = Object.values(JSON.parse(output))
  return { tarball: join(folder, filename), files: files.map((file) => file.path) }
}
