/**
 * Where the repository is, seen from the compiled benchmarks.
 *
 * @since 0.1.0
 */

/**
 * The root of the repository, as a URL that ends in a slash.
 *
 * @since 0.1.0
 * @category constants
 */
export const repository: URL = new URL("../../../", import.meta.url)
