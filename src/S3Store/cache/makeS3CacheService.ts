/**
 * Puts an `S3Cache` together.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { inBackground } from "../../Cache/background/Background.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { EventHub } from "../../Cache/events/EventHub.js"
import { StaleWarnings } from "../../Cache/events/StaleWarnings.js"
import { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { makeMeter } from "../../Cache/metrics/makeMeter.js"
import {
  checkNested,
  checkOptions,
  checkValue,
  nameIn,
  unlessWrong,
  whenRight,
  withCallOptions,
  withFunction
} from "../../Cache/options/checkOptions.js"
import { entriesIn, keysIn } from "../../Cache/options/manyEntries.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { printName } from "../../Cache/printing/printName.js"
import { LookupSpans } from "../../Cache/tracing/LookupSpans.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import { makeReading } from "../bothLevels/reading.js"
import { makeWriting, type Writing } from "../bothLevels/writing.js"
import { KeyedMutex } from "../common/KeyedMutex.js"
import { Leases, longestTerm } from "../coordination/Lease.js"
import { TagMarkers } from "../coordination/TagMarkers.js"
import { makeEntryFormat } from "../entry/EntryFormat.js"
import { checkStore } from "../guard/checkStore.js"
import { makeGuards } from "../guard/guards.js"
import { Ledger } from "../guard/Ledger.js"
import type { S3CacheEvent } from "../guard/S3CacheEvent.js"
import { SchemaClashes } from "../guard/SchemaClashes.js"
import { statsOf } from "../guard/statsOf.js"
import { watchedObjectStore } from "../guard/watchedObjectStore.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import {
  unlessWrongFunction,
  unlessWrongKey,
  unlessWrongKeys,
  unlessWrongTag
} from "../keyspace/unlessWrongArgument.js"
import type { BeliefsOf } from "../memory/Beliefs.js"
import { MemoryLevel } from "../memory/MemoryLevel.js"
import { listenTo, noticePlaceOf } from "../notice/NoticeSource.js"
import { PulledNotices } from "../notice/PulledNotices.js"
import { PushedNotice } from "../notice/PushedNotice.js"
import { type DescribedStore, describedStore } from "../objects/describedStore.js"
import type { ObjectStore } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { makeComputationLimits } from "../options/computationLimits.js"
import { type EntryPolicy, makeEntryPolicy } from "../options/EntryPolicy.js"
import {
  circuitBreakerKinds,
  s3CacheKinds,
  s3ManyKinds,
  s3MemoizeKinds,
  s3WriteKinds,
  s3WriteManyKinds,
  writeBehindKinds
} from "../options/optionKinds.js"
import type { S3CacheManyOptions, S3CacheOptions } from "../options/S3CacheOptions.js"
import { closingTime } from "../stored/closingTime.js"
import { LateWrites } from "../stored/LateWrites.js"
import { WriteBehind } from "../stored/WriteBehind.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import { makeChanging } from "./changing.js"
import { checkedWhole } from "./checkedWhole.js"
import { makeCoordination } from "./computeUnderLease.js"
import { makeComputing, writeFailed } from "./computing.js"
import { FlightGroups } from "./FlightGroups.js"
import { makeListPurgeClear } from "./listPurgeClear.js"
import { makeLookup } from "./lookup.js"
import { makeManyKeys } from "./manyKeys.js"
import { makeMemoize } from "./memoize.js"
import { makeSnapshots } from "./snapshots.js"
import { makeWarm } from "./warm.js"
import { workOf } from "./workOf.js"

/**
 * Makes what an `S3Cache` does over a second level, for as long as the scope lives.
 *
 * Fails with `CacheConfigError` for an option it cannot accept, for a second level that does not pass `verify`, or for
 * `coordination: "lease"` over a second level that does not honour conditional writes.
 *
 * @param defaultName what it is called unless the options say
 */
export const makeS3CacheService = (
  secondLevel: ObjectStore,
  options: S3CacheOptions = {},
  defaultName = "S3Cache"
): Effect.Effect<S3CacheService, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const name = nameIn(options, defaultName)
    yield* asExit(checkOptions(name, options, s3CacheKinds))
    const unwatched = describedStore(secondLevel)
    const defaults = yield* asExit(makeEntryPolicy(name, options))
    const leaseTime = yield* Effect.filterOrFail(
      asExit(duration(name, "leaseTime", options.leaseTime, "30 seconds")),
      Number.isFinite,
      () => configError(name, "leaseTime", options.leaseTime, "a duration that ends")
    ).pipe(Effect.filterOrFail(
      (millis) => millis <= longestTerm,
      () => configError(name, "leaseTime", options.leaseTime, "a duration of at most 10 minutes")
    ))
    const leaseWait = yield* Effect.filterOrFail(
      asExit(duration(name, "leaseWait", options.leaseWait, Math.max(300_000, 2 * leaseTime))),
      Number.isFinite,
      () => configError(name, "leaseWait", options.leaseWait, "a duration that ends")
    )
    const tagsAge = yield* asExit(duration(name, "tagsAge", options.tagsAge, "5 seconds"))
    const gracePeriod = yield* asExit(millis(name, "gracePeriod", options.gracePeriod ?? "10 seconds"))
    const whileUnknown = yield* asExit(trustOf(name, options))
    const eventCapacity = options.eventCapacity ?? 1024
    const hub = yield* EventHub.make<S3CacheEvent>(eventCapacity)
    const meter = yield* makeMeter(name, options.metrics)
    const ledger = new Ledger(hub, meter)
    const { circuitBreaker = {} } = options
    if (circuitBreaker !== false) {
      yield* asExit(checkNested(name, "circuitBreaker", circuitBreaker, circuitBreakerKinds))
    }
    yield* asExit(checkNested(name, "writeBehind", options.writeBehind, writeBehindKinds))
    const { breaker, faults } = makeGuards(
      name,
      unwatched,
      ledger,
      circuitBreaker === false ? undefined : {
        failures: circuitBreaker.failures ?? 5,
        resetAfter: yield* asExit(duration(name, "circuitBreaker.resetAfter", circuitBreaker.resetAfter, "10 seconds"))
      }
    )
    if (meter !== undefined && breaker !== undefined) {
      const circuit = meter.series("circuitState")
      yield* meter.observe(() => circuit(circuitStates[breaker.state]))
    }
    const watched = watchedObjectStore(unwatched, {
      ledger,
      breaker,
      faults,
      loadTimeout: yield* asExit(duration(name, "loadTimeout", options.loadTimeout, Duration.infinity)),
      saveTimeout: yield* asExit(duration(name, "saveTimeout", options.saveTimeout, Duration.infinity))
    })
    const format = yield* makeEntryFormat(options, unwatched.place, unwatched.maxObjectBytes, name)
    const pushed = options.notice === "pushed" ? new PushedNotice() : undefined
    const timeLeft = closingTime(gracePeriod)
    const pulled = yield* PulledNotices.make(name, watched, ledger, defaults.notice, () => memory, timeLeft)
    const store = pulled.noting(watched)
    const beliefsOf: BeliefsOf = (key) => pulled.ofKey(key) ?? pushed
    const memory: MemoryLevel = yield* MemoryLevel.make(name, options, meter, {
      beliefsOf,
      isNamed: pushed !== undefined
    })
    const batches = yield* SingleFlight.make<string>(name)
    const modifications = yield* SingleFlight.make<AnyKey>(name)
    const writes = new KeyedMutex<AnyKey>()

    const policies = new WeakMap<object, EntryPolicy>()
    const policyOf = <K, V, F>(space: Keyspace<K, V, F>): EntryPolicy => {
      const known = policies.get(space)
      if (known !== undefined) return known
      // Both were checked on their own, which is enough: no option depends on another.
      const policy = Option.getOrElse(Option.getRight(makeEntryPolicy(name, options, space.options)), () => defaults)
      policies.set(space, policy)
      pulled.hear(space, policy.notice)
      return policy
    }

    const behind: WriteBehind = yield* WriteBehind.make(
      writes,
      (key, entry) =>
        Effect.catchAllCause(Effect.asVoid(writing.save(key, entry)), (cause) =>
          // A mistake in an object store fails that write only. When the writer itself is interrupted, this does not run.
          writeFailed(levels, key, Option.getOrElse(Cause.failureOption(cause), () => defectOf(store, key, cause)))),
      {
        capacity: options.writeBehind?.capacity ?? 1000,
        concurrency: options.writeBehind?.concurrency ?? 8,
        gracePeriod,
        timeLeft,
        name
      }
    )
    const markers = yield* TagMarkers.make(name, store, { age: tagsAge, whileUnknown }, ledger, pushed !== undefined)
    if (pushed !== undefined) yield* listenTo(name, noticePlaceOf(unwatched), pushed.hearing(memory, markers, ledger))
    const warnings = new StaleWarnings(name)
    const levels: CacheLevels = {
      name,
      memory,
      store,
      format,
      ledger,
      lookups: LookupSpans.make(name, options.tracing, String),
      faults,
      markers,
      clashes: new SchemaClashes(),
      writes,
      behind,
      warnings,
      limitsOf: makeComputationLimits(options.maxComputations),
      beliefsOf,
      policyOf
    }
    // What it removes is over for everybody: nobody need hear of that.
    const reading = makeReading({ ...levels, store: watched })
    const writing: Writing = makeWriting(
      levels,
      reading,
      yield* LateWrites.make({ store, format, ledger, writes, memory })
    )
    const leases = new Leases(store, leaseTime, leaseWait)
    if (options.verify !== undefined) yield* verifyStore(name, options.verify, unwatched)
    if (defaults.coordination === "lease") yield* checkLeases(name, leases)
    const coordination = makeCoordination(levels, leases)
    const computing = makeComputing(levels, reading, writing, coordination)
    const { beginRenewal, lookup } = makeLookup(levels, reading, computing, coordination)
    const groups = new FlightGroups(memory.flights)
    const settle = yield* inBackground(name, [yield* workOf(levels, modifications)], meter?.flush)
    const summary = () => ({
      _id: "S3Cache",
      name: printName(name),
      over: cutText(unwatched.description, longestMessage),
      maxSize: options.maxSize ?? 1000,
      maxBytes: options.maxBytes ?? null,
      waiting: behind.size,
      inFlight: memory.flights.size,
      circuit: breaker?.state ?? "closed"
    })

    const marking = (tag: string, how: "invalidated" | "expired") =>
      Effect.map(markers.mark(tag, how), () => ledger.record({ _tag: "TagMarked", tag, how }))

    const many = makeManyKeys(levels, reading, writing, groups, batches, lookup)
    const memoizing = makeMemoize(name, groups, lookup, beginRenewal)
    const changing = makeChanging(levels, reading, writing, modifications)

    const service: S3CacheService = {
      get: (key) => unlessWrongKey(name, key, reading.get),
      getOption: (key) => unlessWrongKey(name, key, reading.getOption),
      has: (key) => unlessWrongKey(name, key, () => Effect.map(reading.getOption(key), Option.isSome)),
      peek: (key) => unlessWrongKey(name, key, () => reading.peek(key)),
      peekEntry: (key) => unlessWrongKey(name, key, () => reading.peekEntry(key)),
      set: (key, value, write) =>
        unlessWrongKey(name, key, () => withCallOptions(name, write, s3WriteKinds, writing.set(key, value, write))),
      add: (key, value, write) =>
        unlessWrongKey(name, key, () => withCallOptions(name, write, s3WriteKinds, writing.add(key, value, write))),
      remove: (key) => unlessWrongKey(name, key, () => writing.remove(key)),
      invalidate: (key) => unlessWrongKey(name, key, () => writing.invalidate(key)),
      expire: (key) => unlessWrongKey(name, key, () => changing.expire(key)),
      invalidateWhen: (key, predicate) =>
        unlessWrongKey(
          name,
          key,
          () =>
            unlessWrong(checkValue(name, "predicate", predicate, "function"), changing.invalidateWhen(key, predicate))
        ),
      pop: (key) => unlessWrongKey(name, key, () => writing.pop(key)),
      getMany: (keys, how) => ofKeys(name, keys, how, (keys) => many.getMany(keys, how)),
      hasMany: (keys, how) => ofKeys(name, keys, how, (keys) => many.hasMany(keys, how)),
      getManyOrCompute: (keys, load, how) =>
        ofKeys(
          name,
          keys,
          how,
          (keys) =>
            withFunction(
              name,
              "load",
              load,
              Effect.suspend(() => many.getManyOrCompute(keys, load, how))
            ),
          s3WriteManyKinds
        ),
      setMany: (entries, how) =>
        withCallOptions(
          name,
          how,
          s3WriteManyKinds,
          whenRight(
            () => entriesIn(name, entries, s3WriteKinds),
            (entries) => unlessWrongKeys(name, entries, ([key]) => key, (entries) => many.setMany(entries, how))
          )
        ),
      removeMany: (keys, how) => ofKeys(name, keys, how, (keys) => many.removeMany(keys, how)),
      getOrCompute: (key, compute, write) =>
        unlessWrongKey(
          name,
          key,
          () => withCallOptions(name, write, s3WriteKinds, memoizing.getOrCompute(key, compute, write))
        ),
      refresh: (key, compute, write) =>
        unlessWrongKey(
          name,
          key,
          () => withCallOptions(name, write, s3WriteKinds, memoizing.refresh(key, compute, write))
        ),
      modify: (key, f, write) =>
        unlessWrongKey(
          name,
          key,
          () =>
            withFunction(name, "modify", f, withCallOptions(name, write, s3WriteKinds, changing.modify(key, f, write)))
        ),
      memoize: (keyspace, compute, how) =>
        unlessWrongFunction(
          name,
          keyspace,
          "compute",
          compute,
          () => withCallOptions(name, how, s3MemoizeKinds, memoizing.memoize(keyspace, compute, how))
        ),
      ...checkedWhole(name, {
        ...makeListPurgeClear(levels, reading, leases),
        ...makeSnapshots(levels),
        warm: makeWarm(levels, reading)
      }),
      invalidateTag: (tag) => unlessWrongTag(name, tag, () => marking(tag, "invalidated")),
      expireTag: (tag) => unlessWrongTag(name, tag, () => marking(tag, "expired")),
      check: checkStore(unwatched),
      flush: behind.flush,
      settle,
      stats: statsOf(ledger, memory, breaker, () => behind.size, () => modifications.size),
      events: hub.stream
    }
    return printedAs(service, summary)
  })

/** As the table of metrics tells them. */
const circuitStates = { closed: 0, halfOpen: 1, open: 2 } as const

const defectOf = (store: DescribedStore, key: AnyKey, cause: Cause.Cause<unknown>) => {
  const defect = Cause.squash(cause)
  return new ObjectStoreError({
    reason: "Unknown",
    operation: "save",
    target: store.description + key.objectName,
    detail: `an unexpected end of the request: ${printKey(defect)}`,
    cause: defect
  })
}

const duration = (
  name: string,
  option: string,
  value: Duration.DurationInput | undefined,
  without: Duration.DurationInput
) => millis(name, option, value === undefined ? without : value, "durationAboveZero")

const verifyStore = (name: string, verify: string, store: ObjectStore) =>
  Effect.flatMap(checkStore(store), (check) => {
    const failed = check.steps.find(({ outcome }) => outcome === "failed")
    if (failed === undefined) return Effect.void
    const { detail, part, step, target } = failed
    const which = part === "" ? target : `${target} (${part})`
    const accepted = `over a second level that works: ${step} of ${which} failed: ${detail}`
    return configError(name, "verify", verify, accepted, check)
  })

/** How long what is known of a tag is good while it cannot be asked for, in milliseconds. */
const trustOf = (
  name: string,
  { onTagsUnknown, tagsTrustedFor }: S3CacheOptions
): Either.Either<number, CacheConfigError> => {
  if (onTagsUnknown !== "miss") {
    return duration(name, "tagsTrustedFor", tagsTrustedFor, onTagsUnknown === "serve" ? Duration.infinity : "1 minute")
  }
  return tagsTrustedFor === undefined
    ? Either.right(0)
    : Either.left(
      configError(name, "tagsTrustedFor", tagsTrustedFor, "nothing with onTagsUnknown: \"miss\", which trusts nothing")
    )
}

// A second level that does not answer now may well honour conditions: it is found out when it matters.
const checkLeases = (name: string, leases: Leases) =>
  Effect.scoped(leases.take(`.leases/${randomUUID()}`)).pipe(
    Effect.catchAll((error) =>
      error.reason === "ConditionalWritesUnsupported"
        ? Effect.fail(configError(name, "coordination", "lease", `"none": ${error.detail}`, error))
        : Effect.void
    )
  )

/** What is done with many keys, unless one of them or of the options is wrong. */
const ofKeys = <Key, A, E, R>(
  cache: string,
  keys: Iterable<Key>,
  options: S3CacheManyOptions | undefined,
  use: (keys: ReadonlyArray<Key>) => Effect.Effect<A, E, R>,
  kinds: OptionKinds<S3CacheManyOptions> = s3ManyKinds
): Effect.Effect<A, E, R> =>
  withCallOptions(
    cache,
    options,
    kinds,
    whenRight(() => keysIn(cache, keys), (keys) => unlessWrongKeys(cache, keys, (key) => key, use))
  )
