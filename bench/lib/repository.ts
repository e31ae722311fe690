/**
 * Where the repository is, seen from the compiled benchmarks.
 */

/** The root of the repository, as a URL that ends in a slash. */
export const repository: URL = new URL("../../../", import.meta.url)
