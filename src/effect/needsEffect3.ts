/**
 * Says at import which Effect is needed, where another one is installed: every entry point imports this before all else.
 *
 * Of ES modules nothing runs before all that they import is found, so where Effect 4 is installed, which has no
 * `effect/ModuleVersion`, the import fails before this can speak. What the failure then tells is the path of this file.
 */
import { getCurrentVersion } from "effect/ModuleVersion"

/** The first release of Effect 3 that has all that is used: the peer that package.json names. */
const firstMinor = 22

const version = getCurrentVersion()
const [major, minor] = version.split(".").map(Number)

if (major !== 3 || minor === undefined || minor < firstMinor) {
  const error = new Error(
    `effect-aws-cache needs Effect 3, from 3.${firstMinor}.0 on, and found Effect ${
      version.slice(0, 40)
    }: npm install effect@3`
  )
  // Where it was imported from says nothing of what is wrong.
  error.stack = `${error.name}: ${error.message}`
  throw error
}
