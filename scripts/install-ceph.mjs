/**
 * Installs what the tests on Ceph need: the monitor, OSD and S3 gateway of the distribution, with `apt-get`, as root or
 * by `sudo`. Nothing is started. Where that is not possible it says so and ends with code 0: those tests are skipped.
 */
import { access, constants } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { run, runMain } from "./lib/run.mjs"

const programs = ["ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"]
const packages = ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"]

const isInstalled = async (program) => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (await access(join(folder, program), constants.X_OK).then(() => true, () => false)) return true
  }
  return false
}

const missing = async () => {
  const found = await Promise.all(programs.map(isInstalled))
  return programs.filter((_, at) => !found[at])
}

await runMain(async () => {
  if ((await missing()).length === 0) return console.log("Ceph is installed")
  if (!await isInstalled("apt-get")) return console.log("skipped: there is no apt-get to install Ceph with")
  const isRoot = process.getuid?.() === 0
  if (!isRoot && !await isInstalled("sudo")) return console.log("skipped: installing Ceph takes root or sudo")
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
    return console.log(`skipped: Ceph could not be installed (${error.message.slice(0, 500)})`)
  }
  const still = await missing()
  console.log(still.length === 0 ? "Ceph is installed" : `skipped: ${packages.join(", ")} lack ${still.join(", ")}`)
})
