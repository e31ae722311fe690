/**
 * Errors that Effect takes for its own, without Effect.
 */
import type * as Cause from "effect/Cause"
import { textHash } from "../Cache/engine/structures/keyHash.js"
import { equalsByProtocol, equalSymbol, hashSymbol } from "./protocols.js"

const effectId = Symbol.for("effect/Effect")
const inspectSymbol = Symbol.for("nodejs.util.inspect.custom")

const effectVersion = (): unknown => {
  // Where Effect keeps what its modules share, once it is loaded. Effects say there which version made them.
  const shared: unknown = Reflect.get(globalThis, "effect/GlobalValue")
  if (!(shared instanceof Map)) return undefined
  for (const value of shared.values()) {
    if (typeof value === "object" && value !== null && effectId in value) {
      const variance: unknown = value[effectId]
      if (typeof variance === "object" && variance !== null && "_V" in variance) return variance._V
    }
  }
  return undefined
}

let knownVersion: unknown

// What Effect knows its own values by. It notes in its log, at the level of debugging, when the version is another one.
const variance = {
  _R: (_: never) => _,
  _E: (_: never) => _,
  _A: (_: never) => _,
  get _V(): unknown {
    return knownVersion ??= effectVersion()
  }
}

// A name and not a private field: Effect shows errors through proxies, which have none.
const given = Symbol("given")

class PlainError extends Error {
  declare readonly [given]: object

  constructor(fields: Readonly<Record<string, unknown>>) {
    const { cause } = fields
    super(undefined, cause === undefined ? undefined : { cause })
    Object.defineProperty(this, given, { value: fields })
    Object.assign(this, fields)
  }

  toJSON(): unknown {
    return { ...this[given], ...this }
  }

  [inspectSymbol](): unknown {
    return this
  }

  // As an Effect, it fails with itself.
  commit(): unknown {
    return { [effectId]: variance, _op: "Left", left: this }
  }

  pipe(...steps: ReadonlyArray<(value: unknown) => unknown>): unknown {
    return steps.reduce<unknown>((value, step) => step(value), this)
  }

  // Yielded once, in the wrapping that `Effect.gen` expects.
  *[Symbol.iterator](): Generator<object, unknown> {
    return yield { [Symbol.for("effect/Utils/YieldWrap")]: () => this }
  }

  [equalSymbol](that: object): boolean {
    const names = Object.keys(this)
    return names.length === Object.keys(that).length &&
      names.every((name) => name in that && equalsByProtocol(Reflect.get(this, name), Reflect.get(that, name)))
  }

  [hashSymbol](): number {
    let hash = 0
    for (const [name, value] of Object.entries(this)) {
      hash = (hash + Math.imul(textHash(name), typeof value === "string" ? textHash(value) : 1)) | 0
    }
    return hash
  }
}

Object.assign(PlainError.prototype, {
  _op: "Commit",
  [effectId]: variance,
  // Effect asks for these whether they are there, and no more.
  [Symbol.for("effect/Stream")]: variance,
  [Symbol.for("effect/Sink")]: variance,
  [Symbol.for("effect/Channel")]: variance
})

/**
 * What `Data.TaggedError` is, for errors that are thrown where there is no Effect as well: a class of errors with a `_tag`
 * and fields, which are compared field by field. Where there is Effect, it takes them for its own: `catchTag` finds them,
 * and `yield*` of one fails with it.
 */
export const TaggedError = <Tag extends string>(tag: Tag): new<A extends object>(
  fields: { readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }
) => Cause.YieldableError & { readonly _tag: Tag } & Readonly<A> => {
  class Tagged extends PlainError {
    readonly _tag = tag
  }
  Object.defineProperty(Tagged.prototype, "name", { value: tag, writable: true, configurable: true })
  // The types of Effect's protocols are known to Effect alone.
  return Tagged as never
}
