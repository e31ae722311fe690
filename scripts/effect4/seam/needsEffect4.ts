/**
 * Says at import which Effect is needed: every entry point imports this before all else. Where Effect 3 is installed, which
 * has no `effect/Version`, the import fails, and what the failure tells is the path of this file.
 */
import { getCurrentVersion } from "effect/Version"

const firstMinor = 1

const version = getCurrentVersion()
const [major, minor] = version.split(".").map(Number)

if (major !== 4 || minor === undefined || minor < firstMinor) {
  const error = new Error(
    `effect-aws-cache needs Effect 4, from 4.${firstMinor}.0 on, and found Effect ${
      version.slice(0, 40)
    }: npm install effect@4`
  )
  error.stack = `${error.name}: ${error.message}`
  throw error
}
