/**
 * Ranges of bytes, as RFC 9110 writes them.
 */

/** The part of `size` bytes that a `Range` header asks for: from, and up to and without. Nothing where it is to be ignored. */
export const byteRange = (
  header: string | undefined,
  size: number
): readonly [from: number, to: number] | "unsatisfiable" | undefined => {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? []
  if (first === "" && last === "") return undefined
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === "" || last === "" ? size : Math.min(size, Number(last) + 1)
  if (first !== "" && last !== "" && Number(last) < from) return undefined
  // The last bytes of nothing are all of it, as S3 has it.
  if (first === "" && size === 0 && Number(last) > 0) return undefined
  return from < to ? [from, to] : "unsatisfiable"
}
