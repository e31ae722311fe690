/**
 * Packs the package for Effect 4 when `npm pack` has packed that for Effect 3, into the same folder.
 */
import { basename, resolve } from "node:path"
import { pack } from "../lib/pack.mjs"
import { root, runMain } from "../lib/run.mjs"
import { built, makeRepository } from "./makeRepository.mjs"

await runMain(async () => {
  const { npm_command: command, npm_config_dry_run: isTrial, npm_config_pack_destination: folder } = process.env
  if (command !== "pack" || isTrial === "true") return
  await makeRepository()
  const { tarball } = await pack(resolve(root, folder ?? "."), { cwd: built })
  console.error(basename(tarball))
})
