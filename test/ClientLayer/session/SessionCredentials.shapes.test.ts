import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Redacted, TestClock } from "effect"
import { type AwsCredentials, ClientCache, Session } from "effect-aws-cache/ClientLayer"
import { inspect } from "node:util"
import * as vm from "node:vm"
import { ask, localBucket } from "../credentialSources.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

const keys = { accessKeyId: "shape", secretAccessKey: "secret-of-shape" }

class Fields {
  accessKeyId = keys.accessKeyId
  secretAccessKey = keys.secretAccessKey
  sessionToken = "token"
  expired = false
  expireTime = null
}

class Getters {
  readonly #keys = keys
  get accessKeyId() {
    return this.#keys.accessKeyId
  }
  get secretAccessKey() {
    return this.#keys.secretAccessKey
  }
}

class Inheriting extends Getters {}

const elsewhere = (code: string): unknown => vm.runInNewContext(`(${code})`)

const later = Date.now() + 3_600_000

/** Credentials in every shape that the SDK takes. */
const accepted: Readonly<Record<string, () => unknown>> = {
  "plain data": () => ({ ...keys }),
  "an instance of a class": () => new Fields(),
  "an instance with getters": () => new Getters(),
  "an instance that inherits getters": () => new Inheriting(),
  "an object with getters": () => ({
    get accessKeyId() {
      return keys.accessKeyId
    },
    get secretAccessKey() {
      return keys.secretAccessKey
    }
  }),
  "an object that inherits them": () => Object.create(keys),
  "an object without a prototype": () => Object.assign(Object.create(null), keys),
  "a frozen object": () => Object.freeze({ ...keys }),
  "an object of another realm": () => elsewhere(JSON.stringify(keys)),
  "an instance of a class of another realm": () =>
    elsewhere(`new (class { accessKeyId = "shape"; secretAccessKey = "secret-of-shape" })()`),
  "a session token of null": () => ({ ...keys, sessionToken: null }),
  "an empty session token": () => ({ ...keys, sessionToken: "" }),
  "no account, by null": () => ({ ...keys, accountId: null, credentialScope: null }),
  "more than the SDK knows": () => ({ ...keys, tenant: "alpha", $source: {} }),
  "an expiration": () => ({ ...keys, expiration: new Date(later) }),
  "an expiration of another realm": () => ({ ...keys, expiration: elsewhere(`new Date(${later})`) }),
  "an invalid date as expiration": () => ({ ...keys, expiration: new Date(Number.NaN) }),
  "an expiration that is undefined": () => ({ ...keys, expiration: undefined })
}

const expires = ["an expiration", "an expiration of another realm"]

/** Answers that the SDK cannot use, with the name of what it fails with. */
const refused: Readonly<Record<string, { readonly answer: () => unknown; readonly says: RegExp }>> = {
  "an expiration that is a text": {
    answer: () => ({ ...keys, expiration: new Date(later).toISOString() }),
    says: /gave a string as their expiration, which must be a Date/
  },
  "an expiration that is a number": { answer: () => ({ ...keys, expiration: later }), says: /as their expiration/ },
  "an expiration of null": { answer: () => ({ ...keys, expiration: null }), says: /gave null as their expiration/ },
  "nothing": { answer: () => undefined, says: /without accessKeyId and secretAccessKey/ },
  "null": { answer: () => null, says: /without accessKeyId and secretAccessKey/ },
  "a text": { answer: () => "credentials", says: /without accessKeyId and secretAccessKey/ },
  "an object without a secret": {
    answer: () => ({ accessKeyId: "a" }),
    says: /without accessKeyId and secretAccessKey/
  },
  "keys that are no text": {
    answer: () => ({ accessKeyId: 1, secretAccessKey: 2 }),
    says: /without accessKeyId and secretAccessKey/
  }
}

// As in a program without types.
const loosely = (credentials: unknown): object => ({ credentials })

const requests = 10

describe("credentials are taken in every shape that the SDK takes", () => {
  for (const [name, make] of Object.entries(accepted)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const bucket = yield* localBucket
        const region = "us-east-1"
        let calls = 0
        const provider = () => {
          calls += 1
          return Promise.resolve(make())
        }
        const bare = new S3Client({ ...bucket.config, region, ...loosely(provider) })
        for (let n = 0; n < requests; n++) yield* ask(bare)
        bare.destroy()
        assert.strictEqual(calls, 1)
        assert.deepStrictEqual([...new Set(bucket.signers.splice(0))], ["shape"])

        // Of a provider, of a client or of the session, and as they are.
        const ofClients = yield* Session.make({ region })
        for (const credentials of [provider, make()]) {
          calls = 0
          const config = { ...bucket.config, ...loosely(credentials) }
          for (let n = 0; n < requests; n++) yield* ofClients.withClient(S3Client, config, ask)
          assert.isAtMost(calls, 1)
          assert.deepStrictEqual([...new Set(bucket.signers.splice(0))], ["shape"])
        }
        const alone = { ...bucket.config, region, ...loosely(make()) }
        yield* ClientCache.withClient(S3Client, alone, ask).pipe(Effect.provide(ClientCache.layer()))
        for (const credentials of [provider, make(), Redacted.make(make())]) {
          calls = 0
          const session = yield* Session.make({ region, ...loosely(credentials) })
          for (let n = 0; n < requests; n++) yield* session.withClient(S3Client, bucket.config, ask)
          const found = Option.getOrThrow(yield* session.getCredentials())
          assert.strictEqual(Redacted.value(found.secretAccessKey), keys.secretAccessKey)
          assert.strictEqual(found.expiration?.getTime(), expires.includes(name) ? later : undefined)
          assert.isAtMost(calls, 1)
          assert.strictEqual((yield* session.stats).credentialResolutions, 1)
          assert.notInclude(inspect(session, { depth: 20, showHidden: true }), "secret-of-shape")
        }
        assert.deepStrictEqual([...new Set(bucket.signers)], ["shape"])
      }))
  }

  for (const [name, { answer, says }] of Object.entries(refused)) {
    it.scoped(`and ${name} is refused, without asking again and again`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const bucket = yield* localBucket
        const config = { ...bucket.config, region: "us-east-1", maxAttempts: 1 }
        let calls = 0
        const provider = () => {
          calls += 1
          return Promise.resolve(answer())
        }
        const bare = new S3Client({ ...config, ...loosely(provider) })
        const expected = yield* Effect.flip(ask(bare))
        bare.destroy()
        calls = 0
        const session = yield* Session.make({ region: "us-east-1", ...loosely(provider) })
        for (let n = 0; n < requests; n++) {
          const failure = yield* Effect.flip(session.withClient(S3Client, config, ask))
          if (failure instanceof Error && !/^nothing|^null/.test(name)) assert.strictEqual(failure.name, expected.name)
          const typed = yield* Effect.flip(session.getCredentials())
          assert.strictEqual(typed._tag, "CredentialsError")
          assert.match(typed.message, says)
          assert.notInclude(inspect(typed, { depth: 20 }), "secret-of-shape")
        }
        assert.strictEqual(calls, 1)
        // It is asked again a minute later, or at once by who insists.
        yield* Effect.either(session.getCredentials({ forceRefresh: true }))
        assert.strictEqual(calls, 2)
        yield* TestClock.adjust("1 minute")
        yield* Effect.either(session.getCredentials())
        assert.strictEqual(calls, 3)
      }))
  }

  it.scoped("an instance that changes is read at each request, as by the SDK", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const bucket = yield* localBucket
      let n = 0
      class Rotating {
        get accessKeyId() {
          n += 1
          return `key-${Math.ceil(n / 100)}`
        }
        readonly secretAccessKey = "secret"
      }
      const session = yield* Session.make({ region: "us-east-1", credentials: new Rotating() })
      const s3 = yield* session.client(S3Client, bucket.config)
      yield* ask(s3)
      n = 100
      yield* ask(s3)
      assert.deepStrictEqual(bucket.signers, ["key-1", "key-2"])
    }))

  it.scoped("a good answer after an unusable one is taken, and an unusable one after a good one harms nobody", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const clock = yield* Effect.clock
      let next: unknown = {}
      let calls = 0
      const provider = (): Promise<unknown> => {
        calls += 1
        return Promise.resolve(next)
      }
      const session = yield* Session.make({ region: "us-east-1", ...loosely(provider) })
      yield* Effect.flip(session.getCredentials())
      next = { ...keys, expiration: new Date(clock.unsafeCurrentTimeMillis() + 3_600_000) }
      assert.isTrue(Either.isLeft(yield* Effect.either(session.getCredentials())))
      yield* session.getCredentials({ forceRefresh: true })
      next = {}
      yield* TestClock.adjust("59 minutes")
      const before = calls
      for (let n = 0; n < requests; n++) assert.isTrue(Option.isSome(yield* session.getCredentials()))
      assert.isAtMost(calls - before, 1)
      // Expired: now it is a failure, which is remembered again.
      yield* TestClock.adjust("2 minutes")
      for (let n = 0; n < requests; n++) yield* Effect.flip(session.getCredentials())
      assert.isAtMost(calls - before, 2)
    }))

  it.scoped("what a session cannot take is refused when it is made, with what is wrong", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
        [null, /credentials is null/],
        ["text", /credentials is a string/],
        [[keys], /credentials is an array/],
        [{}, /credentials\.accessKeyId is missing/],
        [{ ...keys, secretAccessKey: undefined }, /credentials\.secretAccessKey is missing/],
        [Object.create({ accessKeyId: "a" }), /credentials\.secretAccessKey is missing/],
        [{ ...keys, sessionToken: 1 }, /credentials\.sessionToken is 1/],
        [{ ...keys, expiration: "tomorrow" }, /credentials\.expiration is a string, but must be a Date/],
        [
          {
            ...keys,
            get sessionToken(): string {
              throw new Error("secret-of-getter")
            }
          },
          /credentials is an object that throws when it is read/
        ]
      ]
      for (const [credentials, message] of wrong) {
        const failure = yield* Effect.flip(Session.make({ region: "us-east-1", ...loosely(credentials) }))
        assert.strictEqual(failure._tag, "CacheConfigError")
        assert.match(failure.message, message)
        assert.notMatch(inspect(failure, { depth: 20 }), /secret-of/)
      }
    }))

  it.scoped("a provider whose answer throws when it is read fails, and shows no secret", () =>
    Effect.gen(function*() {
      yield* sessionEnvironment()
      const answer: AwsCredentials = {
        ...keys,
        get accessKeyId(): string {
          throw new Error("no key today")
        }
      }
      const session = yield* Session.make({ region: "us-east-1", credentials: () => Promise.resolve(answer) })
      const failure = yield* Effect.flip(session.getCredentials())
      assert.match(failure.message, /no key today/)
    }))
})
