/**
 * What to install where an optional peer is missing.
 */
import * as Predicate from "effect/Predicate"

/** Of ES modules, and of CommonJS, which bundles may be. */
const notFound: ReadonlyArray<unknown> = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]

/**
 * The handler of an `import()` of these packages: where they are not installed, it fails with what installs them.
 *
 * @param packages as they stand behind `npm install`
 */
export const orInstall = (packages: string) => (cause: unknown): never => {
  if (Predicate.hasProperty(cause, "code") && notFound.includes(cause.code)) {
    throw new Error(`a package is missing: npm install ${packages}`, { cause })
  }
  throw cause
}
