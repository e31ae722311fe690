/**
 * Failing imports.
 */

/**
 * What follows the `try` in which every `import()` of a package stands that may not be installed: where there is neither,
 * bundlers refuse to build what imports it, used or not. webpack looks for a `try`; esbuild and Rollup take a `catch` too.
 */
export const rethrow = (cause: unknown): never => {
  throw cause
}
