/**
 * Which form of each version of a keyspace is read, and which is written.
 */
import type * as Either from "effect/Either"
import type { PreviousVersion } from "./PreviousVersion.js"
import type { ValueForm } from "./ValueForm.js"

/** The forms of a keyspace's values. */
export interface Forms<in out V> {
  /** The one that is written. */
  readonly written: ValueForm<V>
  /** The one that a version wrote, if it is read. */
  readonly of: (version: string) => ValueForm<V> | undefined
  /** Which versions are read, its own first. */
  readonly versions: ReadonlyArray<string>
}

/**
 * The forms of a keyspace. Written is that of the oldest version to which values are reverted: programs of it and of all
 * that came after it read that.
 *
 * @param own that of its own version
 * @param check checks what should be a value of it
 * @param previous the oldest last
 */
export const formsOf = <V>(
  own: ValueForm<V>,
  check: (value: unknown) => Either.Either<V, string>,
  previous: ReadonlyArray<PreviousVersion<V>>
): Forms<V> => {
  const versions = [own.version, ...previous.map(({ version }) => version)]
  if (previous.length === 0) {
    return { written: own, of: (version) => version === own.version ? own : undefined, versions }
  }
  const forms = new Map([[own.version, own]])
  let written = own
  for (const each of previous) {
    const form = each.formFor(own.codec, check)
    forms.set(form.version, form)
    if (each.isWritten) written = form
  }
  return { written, of: (version) => forms.get(version), versions }
}
