import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Redacted, Runtime } from "effect"
import {
  ClientBuildError,
  ClientCache,
  ClientCustomization,
  ResourceBuildError,
  ResourceCache,
  ResourceDefinition,
  Session
} from "effect-aws-cache/ClientLayer"
import * as fc from "fast-check"
import { Buffer } from "node:buffer"
import * as http from "node:http"
import * as util from "node:util"
import { property } from "../support/property.js"
import { recordedSpans } from "../support/recordedSpans.js"

// Every planted secret begins and ends with this mark, so not even a part of one may be seen.
const mark = "sEcReT"

class Holder {
  readonly kept: unknown
  constructor(kept: unknown) {
    this.kept = kept
  }
}

class Giver {
  readonly #kept: unknown
  constructor(kept: unknown) {
    this.#kept = kept
  }
  get given() {
    return this.#kept
  }
}

class ProxyAgent extends http.Agent {
  readonly proxy: URL
  readonly proxyHeaders: object
  constructor(secret: string) {
    super({ keepAlive: true })
    this.proxy = new URL(`http://agent:${encodeURIComponent(secret)}@proxy.test:3128/`)
    this.proxyHeaders = { "Proxy-Authorization": `Basic ${Buffer.from(`agent:${secret}`).toString("base64")}` }
  }
}

const secretText = fc.stringOf(fc.constantFrom(..."abcXYZ019/+=:?#@%& \"'\\`\n\té<>"), { minLength: 2, maxLength: 24 })
  .map((text) => `${mark}${text}${mark}`)

/** Something that holds a secret, however it may be held, and what the constructor of a class may say of it. */
const planted: fc.Arbitrary<unknown> = secretText.chain((secret) => {
  const inUrl = encodeURIComponent(secret)
  const held: ReadonlyArray<() => unknown> = [
    () => secret,
    () => `Bearer ${secret.replaceAll(/\s/g, "")}`,
    () => Redacted.make(secret),
    () => Redacted.make({ deep: [secret] }),
    () => Buffer.from(secret),
    () => new URL(`https://user:${inUrl}@proxy.test/?token=${inUrl}#${inUrl}`),
    () => `https://user:${inUrl}@proxy.test/?token=${inUrl}`,
    () => new Map([[secret, 1]]),
    () => new Map([["a", secret]]),
    () => new Set([secret]),
    // The name of a field is taken for a secret unless it is made of words, as names are.
    () => ({ [`${secret}#1234`]: 1 }),
    () => Object.freeze({ authorization: secret }),
    () => Object.assign(Object.create(null), { authorization: secret }),
    () => Object.assign(Object.create({ inherited: secret }), { own: 1 }),
    () => ({ [Symbol("secret")]: secret }),
    () => Object.defineProperty({}, "hidden", { value: secret }),
    () => ({
      get own() {
        return secret
      }
    }),
    () => new Holder(secret),
    () => new Holder(new Giver({ secret })),
    () => new Giver(secret),
    () => new ProxyAgent(secret),
    () => Object.assign(() => Promise.resolve(1), { secret }),
    () => new Error(secret),
    () => {
      const cyclic: Record<string, unknown> = { secret }
      cyclic["self"] = [cyclic]
      return cyclic
    },
    () => {
      let deep: unknown = secret
      for (let level = 0; level < 50; level++) deep = { deep }
      return deep
    }
  ]
  return fc.constantFrom(...held).map((hold) => hold())
})

const nested = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    planted,
    fc.dictionary(fc.constantFrom("headers", "password", "auth", "list", "x-api-key"), tie("value"), { maxKeys: 3 }),
    fc.array(tie("value"), { maxLength: 3 })
  )
})).value

const configuration = fc.record({
  headers: nested,
  proxy: nested,
  customUserAgent: nested,
  clientContextParams: nested,
  unknown: nested,
  logger: nested.map((kept) => ({ info: () => {}, kept })),
  token: secretText.map((token) => ({ token })),
  profile: secretText.map((text) => Redacted.make(text)),
  credentials: secretText.map((text) => ({ accessKeyId: text, secretAccessKey: Redacted.make(text), accountId: text })),
  requestHandler: nested.map((kept) => ({ handle: () => Promise.reject(new Error("no")), kept })),
  endpoint: secretText.map((text) => `https://me:${encodeURIComponent(text)}@h/?token=${encodeURIComponent(text)}`)
}, { requiredKeys: [] })

/** The ways in which an error can tell what it was given. */
const tellings: ReadonlyArray<readonly [name: string, tell: (given: unknown) => unknown]> = [
  ["as JSON", (given) => new Error(`bad ${jsonOf(given)}`)],
  ["as JSON in JSON", (given) => new Error(`bad ${JSON.stringify({ text: jsonOf(given) })}`)],
  ["as it is inspected", (given) => new Error(`bad ${inspected(given)}`)],
  ["leaf by leaf", (given) => new Error(leavesOf(given).join(" and "))],
  ["leaf by leaf, in a URL", (given) => new Error(leavesOf(given).map(encodeURIComponent).join("&"))],
  ["in its name", (given) => Object.assign(new Error("bad"), { name: leavesOf(given).join() })],
  ["in a field", (given) => Object.assign(new Error("bad"), { given })],
  ["in fields of their own", (given) => Object.assign(new Error("bad"), leavesOf(given))],
  ["in its cause", (given) => new Error("bad", { cause: new Error("worse", { cause: given }) })],
  ["in its cause's message", (given) => new Error("bad", { cause: new Error(inspected(given)) })],
  ["in errors of it", (given) => new AggregateError([new Error(inspected(given))], "bad")],
  ["in its stack alone", (given) => Object.assign(new Error("bad"), { stack: `Error: ${leavesOf(given).join()}` })],
  ["as a value", (given) => ({ given })],
  ["as a text", (given) => leavesOf(given).join()],
  ["when it is printed", (given) =>
    Object.assign(new Error("bad"), {
      toString: () => leavesOf(given).join(),
      toJSON: () => ({ given: leavesOf(given) }),
      [util.inspect.custom]: () => leavesOf(given).join()
    })],
  ["of a hidden field", (given) => Object.defineProperty(new Error("bad"), "given", { value: given })],
  ["by a getter", (given) =>
    new class extends Error {
      get given() {
        return leavesOf(given)
      }
    }("bad")]
]

const jsonOf = (value: unknown): string => {
  const seen = new Set<unknown>()
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...part]
    if (part instanceof Set) return [...part]
    if (typeof part === "bigint") return String(part)
    if (typeof part !== "object" || part === null) return part
    if (seen.has(part)) return "(again)"
    seen.add(part)
    return part
  }) ?? ""
}

const inspected = (value: unknown) =>
  util.inspect(value, { depth: 60, showHidden: true, getters: true, maxStringLength: null, breakLength: Infinity })

/** Every text that a class can read in its configuration. */
const leavesOf = (value: unknown, seen = new Set<unknown>()): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return []
  seen.add(value)
  if (value instanceof URL) return [value.href, decodeURIComponent(value.password), value.search]
  if (value instanceof Map) return [...value].flatMap((entry) => leavesOf(entry, seen))
  if (value instanceof Set) return [...value].flatMap((part) => leavesOf(part, seen))
  if (Buffer.isBuffer(value)) return [value.toString(), value.toString("base64")]
  const own = Reflect.ownKeys(value).filter((name) => typeof value !== "function" || name !== "prototype")
  const inherited = value instanceof Giver ? ["given"] : "inherited" in value ? ["inherited"] : []
  return [...own, ...inherited].flatMap((name) => [
    ...(typeof name === "string" ? [name] : []),
    ...leavesOf(Reflect.get(value, name), seen)
  ])
}

const shown = (value: unknown): ReadonlyArray<string> => [
  String(value),
  jsonOf(value),
  util.inspect(value, { depth: 60, maxStringLength: null }),
  util.inspect(value, { depth: 60, maxStringLength: null, customInspect: false, showHidden: true, getters: true }),
  util.format("%s %o %O", value, value, value)
]

const assertHides = (value: unknown, why: string) => {
  for (const text of shown(value)) {
    const at = text.indexOf(mark)
    if (at !== -1) assert.fail(`${why}: ${text.slice(Math.max(0, at - 80), at + 80)}`)
  }
}

const assertFails = (exit: Exit.Exit<unknown, unknown>, why: string) => {
  assert.isTrue(Exit.isFailure(exit), why)
  if (Exit.isSuccess(exit)) return
  const error = Cause.squash(exit.cause)
  assertHides(error, why)
  assertHides(exit, why)
  assert.notInclude(Cause.pretty(exit.cause, { renderErrorCause: true }), mark, why)
  if (error instanceof ClientBuildError || error instanceof ResourceBuildError) {
    assert.isAtMost(error.message.length, 500, why)
  }
}

class Fake {
  readonly config: object
  readonly middlewareStack = {}
  constructor(_config: object) {
    this.config = {}
  }
  send() {}
  destroy() {}
}

const layers = Layer.provideMerge(
  ResourceCache.layer(),
  Layer.merge(ClientCache.layer(), Session.layer())
)

describe("nothing that a key hides is told by an error, for any configuration", () => {
  for (const [name, tell] of tellings) {
    it.effect(`that tells it ${name}`, () =>
      Effect.gen(function*() {
        const runtime = yield* Effect.runtime<ClientCache | ResourceCache | Session>()
        class Broken extends Fake {
          constructor(config: object) {
            super(config)
            throw tell(config)
          }
        }
        const attempts = (given: object): ReadonlyArray<
          readonly [what: string, Effect.Effect<unknown, unknown, ClientCache | ResourceCache | Session>]
        > => {
          const config = { region: "us-west-2", ...given }
          const load = (): Promise<typeof Fake> => Promise.reject(tell(given))
          const resource = ResourceDefinition.make({ name: "told", client: Fake, make: () => Effect.fail(tell(given)) })
          const customized = [
            ClientCustomization.make("throws", () => {
              throw tell(given)
            }),
            ClientCustomization.make("fails", () => Effect.fail(tell(given))),
            ClientCustomization.make("dies", () => Effect.die(tell(given)))
          ]
          return [
            ["a constructor", ClientCache.client(Broken, config)],
            ["a constructor in a session", Session.client(Broken, config)],
            ["a loader", ClientCache.client(load, config)],
            ["a loader in a session", Session.client(load, config)],
            ["a resource", ResourceCache.resource(resource, config)],
            ...customized.map((customize) =>
              [`a customization that ${customize.name}`, ClientCache.client(Fake, config, { customize })] as const
            )
          ]
        }
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(configuration, async (given) => {
              for (const [what, attempt] of attempts(given)) {
                const traced = recordedSpans(Effect.exit(Effect.withSpan(Effect.scoped(attempt), "attempt")))
                const { result, spans } = await Runtime.runPromise(runtime)(traced)
                assertFails(result, what)
                for (const span of spans) assertHides([span.attributes, span.status], `the span of ${what}`)
              }
            }),
            // What is found is large enough to be told from the seed alone, and takes long to shrink.
            { ...property(10), endOnFailure: true }
          )
        )
      }).pipe(Effect.provide(layers), Effect.scoped))
  }
})
