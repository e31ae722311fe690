/**
 * Packages of the distribution, for tests that need a program that npm does not have.
 */
import { access, constants } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { run } from "./run.mjs"

/** The path of a program, or nothing. */
export const findProgram = async (program) => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program)
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path
  }
  return undefined
}

const missing = async (programs) => {
  const found = await Promise.all(programs.map(findProgram))
  return programs.filter((_, at) => found[at] === undefined)
}

/**
 * Installs what has these programs, with `apt-get`, as root or by `sudo`. Nothing is started. Where that is not possible it
 * says so, and whoever needs them is skipped.
 */
export const installPackages = async ({ name, packages, programs }) => {
  if ((await missing(programs)).length === 0) return console.log(`${name} is installed`)
  if (await findProgram("apt-get") === undefined) {
    return console.log(`skipped: there is no apt-get to install ${name} with`)
  }
  const isRoot = process.getuid?.() === 0
  if (!isRoot && await findProgram("sudo") === undefined) {
    return console.log(`skipped: installing ${name} takes root or sudo`)
  }
  const aptGet = (...args) =>
    run(isRoot ? "apt-get" : "sudo", isRoot ? args : ["-n", "apt-get", ...args], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
      capture: true
    })
  try {
    await aptGet("update")
    await aptGet("install", "-y", "--no-install-recommends", ...packages)
  } catch (error) {
    // A machine without rights or without a network is no broken library.
    return console.log(`skipped: ${name} could not be installed (${error.message.slice(0, 500)})`)
  }
  const still = await missing(programs)
  console.log(still.length === 0 ? `${name} is installed` : `skipped: ${packages.join(", ")} lack ${still.join(", ")}`)
}
