import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Hash, Schema } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { saltedHash } from "../../../src/S3Store/common/saltedHash.js"
import { makeMemoryObjectStore } from "../../../src/S3Store/objects/memoryObjectStore.js"
import { property } from "../../support/property.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/** A step of `Hash.string`, which begins at the end of a text. */
const step = (hash: number, unit: string) => (hash * 33) ^ unit.charCodeAt(0)

/** Texts whose canonical JSON has the same `Hash.string`: blocks that lead to the same state, put together in every way. */
const colliding = (blocks: number): ReadonlyArray<string> => {
  let state = step(5381, "\"")
  const pairs = Array.from({ length: blocks }, () => {
    const seen = new Map<number, string>()
    for (const last of letters) {
      for (const first of letters) {
        const next = step(step(state, last), first)
        const other = seen.get(next)
        if (other !== undefined) {
          state = next
          return [first + last, other] as const
        }
        seen.set(next, first + last)
      }
    }
    throw new Error("no two blocks lead to the same state")
  })
  return Array.from(
    { length: 2 ** blocks },
    (_, n) => pairs.map(([one, other], at) => (n >> at) & 1 ? one : other).toReversed().join("")
  )
}

describe("the salted hash", () => {
  it("differs by salt, and is the same for the same salt", () => {
    fc.assert(
      fc.property(fc.fullUnicodeString({ maxLength: 50 }), fc.integer(), fc.integer(), (text, k0, k1) => {
        assert.strictEqual(saltedHash(text, [k0, k1]), saltedHash(`${text.slice(0, 3)}${text.slice(3)}`, [k0, k1]))
        assert.isTrue(Number.isInteger(saltedHash(text, [k0, k1])))
        const hashes = Array.from({ length: 16 }, (_, n) => saltedHash(text, [k0 + n, k1 - n]))
        assert.isAbove(new Set(hashes).size, 12)
      }),
      property(200)
    )
  })

  it("tells texts apart as well as chance does, whatever their lengths and last units", () => {
    const texts = [
      ...colliding(12),
      ...Array.from({ length: 4096 }, (_, n) => "\u0000".repeat(n)),
      ...Array.from({ length: 4096 }, (_, n) => String.fromCharCode(n)),
      ...Array.from({ length: 4096 }, (_, n) => `{"a":${n},"b":"x"}`)
    ]
    const distinct = new Set(texts).size
    // Of 16,384 of 2^31 hashes, 0.06 pairs are equal by chance.
    for (const salt of [undefined, [0, 0], [1, -1]] as const) {
      assert.isAtLeast(new Set(texts.map((text) => saltedHash(text, salt))).size, distinct - 5)
    }
  })
})

describe("keys of a keyspace", () => {
  it("chosen to have one hash without the salt have hashes of their own", () => {
    const texts = colliding(12)
    assert.isAtMost(new Set(texts.map((text) => Hash.string(JSON.stringify(text)))).size, 1)
    assert.isAtLeast(new Set(texts.map((text) => Hash.hash(Texts.key(text)))).size, texts.length - 5)
  })

  it("that are equal have equal hashes", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [one, other] = [Texts.key(text), Texts.key(text)]
        assert.isTrue(Equal.equals(one, other))
        assert.strictEqual(Hash.hash(one), Hash.hash(other))
        assert.strictEqual(Hash.hash(one), Hash.hash(one))
      }),
      property(100)
    )
  })

  it.scoped("chosen so are all found in memory", () =>
    Effect.gen(function*() {
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, { maxSize: 5000 })
      const texts = colliding(8)
      for (const text of texts) yield* cache.set(Texts.key(text), text)
      for (const text of texts) assert.strictEqual(yield* cache.get(Texts.key(text)), text)
      assert.strictEqual((yield* cache.stats).memoryHits, texts.length)
    }))
})
