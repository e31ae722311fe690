/**
 * Looking at what a store does.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { cutText } from "../../Cache/printing/cutText.js"
import type {
  ConditionalOutcome,
  ListedObject,
  LoadOptions,
  ObjectStore,
  StoredObject
} from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError, ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"

/** What was seen in place of what the contract says. */
export interface Violation {
  readonly _tag: "Violation"
  readonly contract: string
  readonly expected: string
  readonly seen: string
}

/** What has to hold of a store, by its name. */
export interface Rule {
  readonly name: string
  readonly check: (store: ObjectStore) => Effect.Effect<unknown, Violation | ObjectStoreError>
}

const show = (value: unknown): string => typeof value === "string" ? JSON.stringify(cutText(value, 60)) : String(value)

const showAll = (values: ReadonlyArray<unknown>): string => `[${values.map(show).join(", ")}]`

/** Fails unless something holds. */
export const must = (
  contract: string,
  holds: boolean,
  expected: string,
  seen: string
): Effect.Effect<void, Violation> => holds ? Effect.void : Effect.fail({ _tag: "Violation", contract, expected, seen })

/** Fails unless both are the same. */
export const same = <A extends string | number | boolean | undefined>(
  contract: string,
  expected: A,
  seen: A
): Effect.Effect<void, Violation> => must(contract, expected === seen, show(expected), show(seen))

/** Fails unless both have the same texts, in the same order. */
export const sameTexts = (
  contract: string,
  expected: ReadonlyArray<string>,
  seen: ReadonlyArray<string>
): Effect.Effect<void, Violation> =>
  must(
    contract,
    expected.length === seen.length && expected.every((text, at) => text === seen[at]),
    showAll(expected),
    showAll(seen)
  )

const encoder = new TextEncoder()

/** The bytes of a text. */
export const bytes = (...parts: ReadonlyArray<string | number>): Uint8Array => encoder.encode(parts.join(""))

/** The text of bytes. */
export const textOf = ({ body }: { readonly body: Uint8Array }): string => new TextDecoder().decode(body)

/** What a store has under a name: the text, or the tag of another outcome. */
export const textAt = (store: ObjectStore, name: string): Effect.Effect<string, ObjectStoreError> =>
  Effect.map(store.load(name), (loaded) => loaded._tag === "Found" ? textOf(loaded) : loaded._tag)

/** The object of a name, which has to be there. */
export const found = (
  store: ObjectStore,
  name: string,
  options?: LoadOptions
): Effect.Effect<StoredObject, Violation | ObjectStoreError> =>
  Effect.flatMap(store.load(name, options), (loaded) =>
    loaded._tag === "Found"
      ? Effect.succeed(loaded)
      : Effect.fail<Violation>({
        _tag: "Violation",
        contract: "what was written is loaded",
        expected: `the object ${name}`,
        seen: loaded._tag
      }))

/** All that a list names. */
export const listed = (
  store: ObjectStore,
  prefix: string
): Effect.Effect<ReadonlyArray<ListedObject>, ObjectStoreError> =>
  Effect.map(Stream.runCollect(store.list(prefix)), (objects) => Array.from(objects))

/** The names that a list names, in order. */
export const namesUnder = (
  store: ObjectStore,
  prefix: string
): Effect.Effect<ReadonlyArray<string>, ObjectStoreError> =>
  Effect.map(listed(store, prefix), (objects) => objects.map(({ name }) => name).sort())

/** Fails unless the etag that a write told, if it told one, is that of a load. */
export const sameEtag = (told: Option.Option<string>, { etag }: StoredObject): Effect.Effect<void, Violation> =>
  Option.isNone(told) ? Effect.void : same("the etag that a write tells is that of the object", etag, told.value)

/** Fails unless the outcome is `Written`, with the etag of the object there. */
export const written = (
  store: ObjectStore,
  name: string,
  contract: string,
  outcome: ConditionalOutcome
): Effect.Effect<void, Violation | ObjectStoreError> =>
  outcome._tag === "Written"
    ? Effect.flatMap(found(store, name), (object) => sameEtag(outcome.etag, object))
    : must(contract, false, "Written", outcome._tag)

/** Fails unless a request fails with a reason. */
export const failsWith = <A>(
  contract: string,
  reason: ObjectStoreReason,
  request: Effect.Effect<A, ObjectStoreError>
): Effect.Effect<void, Violation> =>
  Effect.matchEffect(request, {
    onFailure: (error) => same(contract, `a failure: ${reason}`, `a failure: ${error.reason}`),
    onSuccess: () => must(contract, false, `a failure: ${reason}`, "no failure")
  })
