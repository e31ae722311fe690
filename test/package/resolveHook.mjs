/**
 * Resolve hook: appends every URL that is resolved to the file RESOLVED_URLS names. Packages whose specifier matches
 * the regular expression REFUSED_PACKAGES are not found, as if they were not installed.
 */
import { appendFileSync } from "node:fs"
import { register } from "node:module"
import { isMainThread } from "node:worker_threads"

const log = process.env["RESOLVED_URLS"]
const refused = process.env["REFUSED_PACKAGES"]

// The file is both what `node --import` runs and the hook it registers, which runs in a thread of its own.
if (isMainThread) register(import.meta.url)

export const resolve = async (specifier, context, nextResolve) => {
  if (refused !== undefined && new RegExp(refused).test(specifier)) {
    const error = new Error(`Cannot find package '${specifier}' imported from ${context.parentURL}`)
    throw Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" })
  }
  const resolved = await nextResolve(specifier, context)
  if (log !== undefined) appendFileSync(log, `${resolved.url}\n`)
  return resolved
}
