import { assert, describe } from "@effect/vitest"
import { Duration, Effect, Option, type Scope, TestClock } from "effect"
import { Absent, BoundedMap, type CacheConfigError } from "effect-aws-cache/Cache"
import { SyncTtlDict } from "effect-aws-cache/Ttl"
import * as fc from "fast-check"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"
import { type Shared, stores } from "./sharedStores.js"

type Key = "a" | "b" | "c" | "d"

/** How long a write or a change lets an entry live: from now, or until a moment. */
interface Life {
  readonly millis: number
  readonly isMoment: boolean
}

type Command =
  | { readonly _tag: "set" | "add"; readonly key: Key; readonly value: number; readonly life: Life }
  | { readonly _tag: "setMany"; readonly entries: ReadonlyArray<readonly [key: Key, value: number, life: Life]> }
  | { readonly _tag: "has" | "peek" | "remove" | "invalidate" | "expire" | "pop" | "timeToLive"; readonly key: Key }
  | { readonly _tag: "hasMany" | "removeMany"; readonly keys: ReadonlyArray<Key> }
  | { readonly _tag: "invalidateWhen"; readonly key: Key; readonly atLeast: number }
  | { readonly _tag: "setLife"; readonly key: Key; readonly life: Life }
  | { readonly _tag: "clear" | "purge" | "size" | "entries" }
  | { readonly _tag: "wait"; readonly millis: number }

const key = fc.constantFrom<Key>("a", "b", "c", "d")
const value = fc.nat(20)
const life = fc.record({
  millis: fc.oneof(fc.constantFrom(0, 1, 10, Infinity), fc.nat(100)),
  isMoment: fc.boolean()
})

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ _tag: fc.constantFrom("set" as const, "add" as const), key, value, life }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("setMany" as const),
      entries: fc.array(fc.tuple(key, value, life), { maxLength: 5 })
    })
  },
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constantFrom(
        "has" as const,
        "peek" as const,
        "remove" as const,
        "invalidate" as const,
        "expire" as const,
        "pop" as const,
        "timeToLive" as const
      ),
      key
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constantFrom("hasMany" as const, "removeMany" as const),
      keys: fc.array(key, { maxLength: 5 })
    })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("invalidateWhen" as const), key, atLeast: value }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("setLife" as const), key, life }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constantFrom("clear" as const, "purge" as const, "size" as const, "entries" as const)
    })
  },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("wait" as const), millis: fc.nat(30) }) }
)

/** What became of entries, by the names that all stores have. */
interface Counts {
  readonly insertions: number
  readonly replaced: number
  readonly deleted: number
  readonly expired: number
  readonly cleared: number
  readonly size: number
}

/** Answers to commands: what fails for want of an entry is `undefined`, where there is one to give, or `false`. */
interface Subject {
  readonly apply: (command: Command, now: number) => Effect.Effect<unknown>
  readonly counts: (now: number) => Effect.Effect<Counts>
}

const writeOptions = ({ isMoment, millis }: Life, now: number) =>
  isMoment ? { expiresAt: now + millis } : { timeToLive: millis }

const done = <E>(effect: Effect.Effect<unknown, E>): Effect.Effect<boolean> =>
  Effect.match(effect, { onFailure: () => false, onSuccess: () => true })

const orUndefined = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | undefined, never, R> =>
  Effect.match(effect, { onFailure: () => undefined, onSuccess: (found) => found })

const isAtLeast = (least: number) => (value: number) => value >= least

const sorted = (entries: Iterable<readonly [key: string, value: number]>) =>
  [...entries].sort(([one], [other]) => one < other ? -1 : 1)

const withEffect = (store: Shared): Subject => ({
  apply: (command, now) => {
    switch (command._tag) {
      case "set":
        return Effect.orDie(store.set(command.key, command.value, writeOptions(command.life, now)))
      case "add":
        return done(store.add(command.key, command.value, writeOptions(command.life, now)))
      case "setMany":
        return Effect.orDie(
          store.setMany(command.entries.map(([key, value, life]) => [key, value, writeOptions(life, now)] as const))
        )
      case "has":
        return store.has(command.key)
      case "hasMany":
        return store.hasMany(command.keys)
      case "peek":
        return Effect.map(store.peek(command.key), Option.getOrUndefined)
      case "remove":
        return done(store.remove(command.key))
      case "removeMany":
        return store.removeMany(command.keys)
      case "invalidate":
        return store.invalidate(command.key)
      case "invalidateWhen":
        return store.invalidateWhen(command.key, isAtLeast(command.atLeast))
      case "expire":
        return store.expire(command.key)
      case "pop":
        return Effect.scoped(orUndefined(store.pop(command.key)))
      case "timeToLive":
        return orUndefined(Effect.map(store.timeToLive(command.key), Duration.toMillis))
      case "setLife": {
        const { key, life: { isMoment, millis } } = command
        return done(isMoment ? store.setExpiresAt(key, now + millis) : store.setTimeToLive(key, millis))
      }
      case "clear":
      case "size":
        return store[command._tag]
      case "entries":
        return Effect.map(store.entries, sorted)
      case "purge":
        return Effect.asVoid(store.purge)
      case "wait":
        return Effect.void
    }
  },
  counts: () => Effect.zipRight(store.purge, store.stats)
})

/** One without Effect: what it has no verb for, one does with those that it has. */
interface Plain {
  readonly set: (key: string, value: number, life: Life, now: number) => void
  readonly peek: (key: string, now: number) => number | undefined
  readonly delete: (key: string, now: number) => boolean
  readonly pop: (key: string, now: number) => number | undefined
  readonly timeToLive: (key: string, now: number) => number | undefined
  readonly setLife: (key: string, life: Life, now: number) => boolean
  readonly expire: (key: string, now: number) => void
  readonly invalidateWhen: (key: string, predicate: (value: number) => boolean, now: number) => boolean
  readonly clear: (now: number) => void
  readonly purge: (now: number) => number
  readonly entries: (now: number) => Iterable<readonly [key: string, value: number]>
  readonly counts: (now: number) => Counts
}

const withoutEffect = (plain: Plain): Subject => {
  const apply = (command: Command, now: number): unknown => {
    switch (command._tag) {
      case "set":
        return plain.set(command.key, command.value, command.life, now)
      case "add":
        if (plain.peek(command.key, now) !== undefined) return false
        plain.set(command.key, command.value, command.life, now)
        return true
      case "setMany":
        for (const [key, value, life] of command.entries) plain.set(key, value, life, now)
        return undefined
      case "has":
        return plain.peek(command.key, now) !== undefined
      case "hasMany":
        return command.keys.map((key) => plain.peek(key, now) !== undefined)
      case "peek":
        return plain.peek(command.key, now)
      case "remove":
        return plain.delete(command.key, now)
      case "removeMany":
        return command.keys.filter((key) => plain.delete(key, now)).length
      case "invalidate":
        plain.delete(command.key, now)
        return undefined
      case "invalidateWhen":
        return plain.invalidateWhen(command.key, isAtLeast(command.atLeast), now)
      case "expire":
        return plain.expire(command.key, now)
      case "pop":
        return plain.pop(command.key, now)
      case "timeToLive":
        return plain.timeToLive(command.key, now)
      case "setLife":
        return plain.setLife(command.key, command.life, now)
      case "clear": {
        const { length } = [...plain.entries(now)]
        plain.clear(now)
        return length
      }
      case "size":
        return [...plain.entries(now)].length
      case "entries":
        return sorted(plain.entries(now))
      case "purge":
        plain.purge(now)
        return undefined
      case "wait":
        return undefined
    }
  }
  return {
    apply: (command, now) => Effect.sync(() => apply(command, now)),
    counts: (now) =>
      Effect.sync(() => {
        plain.purge(now)
        return plain.counts(now)
      })
  }
}

const boundedMap = (): Plain => {
  const map = new BoundedMap<string, number>()
  const peek = (key: string, now: number) => {
    const found = map.peek(key, now)
    return found === Absent ? undefined : found
  }
  return {
    set: (key, value, { millis }, now) => void map.set(key, value, now, now + millis),
    peek,
    delete: (key, now) => map.delete(key, now),
    pop: (key, now) => {
      const found = map.pop(key, now)
      return found === Absent ? undefined : found
    },
    timeToLive: (key, now) => {
      const until = map.expiresAt(key)
      return until === Absent || until <= now ? undefined : until - now
    },
    setLife: (key, { millis }, now) => map.setExpiresAt(key, now + millis, now),
    expire: (key, now) => void map.setExpiresAt(key, now, now),
    invalidateWhen: (key, predicate, now) => {
      const found = peek(key, now)
      return found !== undefined && predicate(found) && map.delete(key, now)
    },
    clear: (now) => map.clear(now),
    purge: (now) => map.purge(now),
    entries: (now) => map.entries(now),
    counts: (now) => ({ ...map.counters, size: map.size(now) })
  }
}

const syncTtlDict = (): Plain => {
  let at = 0
  const dict = new SyncTtlDict<string, number>({ now: () => at })
  const step = <A>(now: number, f: () => A): A => {
    at = now
    return f()
  }
  return {
    set: (key, value, life, now) => void step(now, () => dict.set(key, value, writeOptions(life, now))),
    peek: (key, now) => step(now, () => dict.peek(key)),
    delete: (key, now) => step(now, () => dict.delete(key)),
    pop: (key, now) => step(now, () => dict.pop(key)),
    timeToLive: (key, now) => step(now, () => dict.timeToLive(key)),
    setLife: (key, { isMoment, millis }, now) =>
      step(now, () => isMoment ? dict.setExpiresAt(key, now + millis) : dict.setTimeToLive(key, millis)),
    expire: (key, now) => step(now, () => dict.expire(key)),
    invalidateWhen: (key, predicate, now) => step(now, () => dict.invalidateWhen(key, predicate)),
    clear: (now) => step(now, () => dict.clear()),
    purge: (now) => step(now, () => dict.purge()),
    entries: (now) => step(now, () => [...dict.entries()]),
    counts: (now) => step(now, () => dict.stats)
  }
}

/** What all of them do, as simple as can be. */
const naive = (): Plain => {
  const held = new Map<string, { readonly value: number; readonly until: number }>()
  const counts = { insertions: 0, replaced: 0, deleted: 0, expired: 0, cleared: 0 }
  const reclaim = (now: number) => {
    for (const [key, { until }] of held) {
      if (until > now) continue
      held.delete(key)
      counts.expired++
    }
  }
  const find = (key: string, now: number) => {
    reclaim(now)
    return held.get(key)
  }
  const remove = (key: string, now: number) => {
    const found = find(key, now)
    if (held.delete(key)) counts.deleted++
    return found?.value
  }
  const live = (key: string, until: number, now: number) => {
    const found = find(key, now)
    if (found !== undefined) held.set(key, { ...found, until })
    reclaim(now)
    return found !== undefined
  }
  return {
    set: (key, value, { millis }, now) => {
      if (find(key, now) !== undefined) counts.replaced++
      else if (millis > 0) counts.insertions++
      if (millis > 0) held.set(key, { value, until: now + millis })
      else held.delete(key)
    },
    peek: (key, now) => find(key, now)?.value,
    delete: (key, now) => remove(key, now) !== undefined,
    pop: remove,
    timeToLive: (key, now) => {
      const found = find(key, now)
      return found && found.until - now
    },
    setLife: (key, { millis }, now) => live(key, now + millis, now),
    expire: (key, now) => void live(key, now, now),
    invalidateWhen: (key, predicate, now) => {
      const found = find(key, now)
      return found !== undefined && predicate(found.value) && remove(key, now) !== undefined
    },
    clear: (now) => {
      reclaim(now)
      counts.cleared += held.size
      held.clear()
    },
    purge: (now) => {
      const before = counts.expired
      reclaim(now)
      return counts.expired - before
    },
    entries: (now) => {
      reclaim(now)
      return [...held].map(([key, { value }]) => [key, value] as const)
    },
    counts: () => ({ ...counts, size: held.size })
  }
}

const subjects: ReadonlyArray<
  readonly [name: string, make: Effect.Effect<Subject, CacheConfigError, Scope.Scope>]
> = [
  ...stores.map(([name, make]) => [name, Effect.map(make(), ({ store }) => withEffect(store))] as const),
  ["SyncTtlDict", Effect.sync(() => withoutEffect(syncTtlDict()))],
  ["BoundedMap", Effect.sync(() => withoutEffect(boundedMap()))]
]

const picked = ({ cleared, deleted, expired, insertions, replaced, size }: Counts): Counts => {
  return { insertions, replaced, deleted, expired, cleared, size }
}

const parameters = property(100)

describe("verbs that do not compute: the same answers, and the same counts", () => {
  for (const [name, make] of subjects) {
    effectProperty(
      name,
      [fc.array(command, { maxLength: 40, size: "max" })],
      ([commands]) =>
        Effect.scoped(Effect.gen(function*() {
          const subject = yield* make
          const model = withoutEffect(naive())
          let now = 0
          for (const [step, command] of commands.entries()) {
            if (command._tag === "wait") {
              now += command.millis
              yield* TestClock.adjust(command.millis)
            }
            const expected = yield* model.apply(command, now)
            assert.deepStrictEqual(yield* subject.apply(command, now), expected, `step ${step}, ${command._tag}`)
          }
          assert.deepStrictEqual(picked(yield* subject.counts(now)), picked(yield* model.counts(now)))
        })),
      parameters
    )
  }
})
