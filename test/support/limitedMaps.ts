/**
 * Does something while a `Map` takes no more than so many entries, as V8 has it at some 2^23.
 */
export const withMapsOf = <A>(most: number, f: () => A): A => {
  const { set } = Map.prototype
  const replace = (value: unknown) => Reflect.set(Map.prototype, "set", value)
  replace(function(this: Map<unknown, unknown>, key: unknown, value: unknown) {
    if (this.size >= most && !this.has(key)) throw new RangeError("Map maximum size exceeded")
    return set.call(this, key, value)
  })
  try {
    return f()
  } finally {
    replace(set)
  }
}
