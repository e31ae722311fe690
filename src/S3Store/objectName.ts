/**
 * Names of objects.
 *
 * @since 0.1.0
 */

/**
 * Whether a name is one that every object store takes: segments of ASCII letters, digits, `.`, `_` and `-`, separated
 * by `/`; no segment is `.` or `..`, nor longer than 240 characters, and the name has at most 320.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isObjectName = (name: string): boolean => name.length <= 320 && names.test(name)

const names = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,240}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,240})*$/
