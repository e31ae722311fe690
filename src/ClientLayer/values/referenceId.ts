/**
 * The identity of values that have no structure to compare: functions, class instances, symbols.
 */

const ids = new WeakMap<WeakKey, number>()
const tags = new WeakMap<WeakKey, string>()
let lastId = 0

/**
 * A number for a value, the same for the same value as long as it lives, and never given to another one. Holding the
 * number does not keep the value alive.
 */
export const referenceId = (value: WeakKey): number => {
  const known = ids.get(value)
  if (known !== undefined) return known
  lastId += 1
  ids.set(value, lastId)
  return lastId
}

/** Names the behaviour of a value, so that it no longer counts which object it is. */
export const setReferenceTag = (value: WeakKey, tag: string): void => {
  tags.set(value, tag)
}

/** The name a value was given, if any. */
export const referenceTag = (value: WeakKey): string | undefined => tags.get(value)
