/**
 * What all copies of this library in a process have in common.
 */
const registry = Symbol.for("effect-aws-cache/shared")

export const sharedByCopies = <A>(name: string, make: () => A): A => {
  const all = (globalThis as { [registry]?: Map<string, unknown> })[registry] ??= new Map()
  if (!all.has(name)) all.set(name, make())
  // Sound: one name has one maker.
  return all.get(name) as A
}
