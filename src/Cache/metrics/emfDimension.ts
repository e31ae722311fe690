/**
 * What CloudWatch takes as the value of a dimension.
 */
import { createHash } from "node:crypto"

/** No longer than this, in characters; CloudWatch takes 1,024. */
const longest = 250

const isTaken = (value: string): boolean =>
  value.length <= longest && /^[\x20-\x7e]*$/.test(value) && /\S/.test(value) && !value.startsWith(":")

/**
 * A name as the value of a dimension: printable ASCII, not blank, no colon in front. One that is otherwise is cleaned, and
 * ends in eight digits of its SHA-256, so that two names stay two.
 */
export const emfDimension = (name: string): string => {
  if (isTaken(name)) return name
  const cleaned = name.slice(0, longest - 9).replace(/[^\x20-\x7e]/g, "_").replace(/^:/, "_").trim()
  const digits = createHash("sha256").update(name).digest("hex").slice(0, 8)
  return `${cleaned === "" ? "unnamed" : cleaned}-${digits}`
}
