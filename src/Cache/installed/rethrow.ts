/**
 * Failing imports.
 */

/**
 * The handler of every `import()` of a package that may not be installed: where there is none, bundlers refuse to build
 * what imports it, used or not.
 */
export const rethrow = (cause: unknown): never => {
  throw cause
}
