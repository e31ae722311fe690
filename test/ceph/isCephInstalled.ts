import { execFileSync } from "node:child_process"

/** Whether this machine has Ceph (`node scripts/install-ceph.mjs`). */
export const isCephInstalled = (() => {
  try {
    execFileSync("radosgw", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()
