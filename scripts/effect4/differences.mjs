/**
 * What of the tests does not hold on Effect 4, or is not run there, and why: test files (and what they alone use) by their
 * paths, and tests by the path of their file and their names.
 */

const repository = "is about the repository and the package for Effect 3, of which those for Effect 4 are made"

/** Neither checked nor run; of `src`, not made. Files or folders. */
export const files = {
  "src/EffectAws": "the @effect-aws packages are for Effect 3 only",
  "test/bench": repository,
  "test/charts": repository,
  "test/package": repository,
  "test/tools": repository,
  "test/types": repository,
  "test/Cache/engine/hitRatios.test.ts": "reads traces that lie beside the sources of Effect 3; no Effect is in it",
  "test/Cache/engine/roomGivenBack.test.ts":
    "measures the heap that the engine takes, which knows nothing of Effect; what Effect 4 leaves there is another amount"
}

const because = (why, ...names) => names.map((name) => [name, why])

const overStores = (name) =>
  ["LeasedStore", "S3Cache", "Store", "TtlDict", "one store behind another"].map((store) =>
    `test/Cache/requestBatching.test.ts > requests of computations ${name}: ${store}`
  )

/** Not run. */
export const tests = Object.fromEntries([
  ...because(
    "a finalizer that dies turns the failure into a defect in Effect 4",
    "test/Cache/LeasedStore.regressions.test.ts > LeasedStore: what others got wrong a finalizer that fails after a failed acquisition is told along with the failure (Effect #7066)"
  ),
  ...because(
    "plain objects, arrays and instances of classes are keys by their structure in Effect 4, whose hashes are remembered",
    "test/Cache/changingKeys.test.ts > FiledMap finds what a map of what was filed would find, and takes out what has changed",
    "test/Cache/changingKeys.test.ts > keys that change while their values are computed and back, without Effect",
    "test/Cache/changingKeys.test.ts > keys that change while their values are computed what is written meanwhile wins: LeasedStore",
    "test/Cache/changingKeys.test.ts > keys that change while their values are computed what is written meanwhile wins: Store",
    "test/Cache/changingKeys.test.ts > keys that change while their values are computed what is written meanwhile wins: TtlDict",
    "test/Cache/engine/BoundedMap.test.ts > BoundedMap finds keys as a Map does, and structural ones by their structure",
    "test/Cache/engine/keys.test.ts > keys are found, symbols without a description and objects by reference too, where a Map holds few",
    "test/Cache/engine/learning.test.ts > keyHash tells kinds of keys apart, and objects by identity unless they bring an equality",
    "test/Cache/manyKeys.test.ts > many keys are told by their structure: Store",
    "test/Cache/manyKeys.test.ts > many keys are told by their structure: TtlDict",
    "test/Cache/peekEntry.test.ts > peekEntry works without Effect, and finds structural keys",
    "test/Ttl/SyncTtlDict.test.ts > SyncTtlDict keys: as in a Map, but for what implements Equal",
    "test/Ttl/TtlDict.test.ts > TtlDict.make verbs takes keys and values of all kinds"
  ),
  ...because(
    "references are services in Effect 4: those of the caller come along with what it needs",
    "test/Cache/Store.test.ts > Store single flight runs with the services of its caller, and with the fiber references of the store",
    "test/S3Store/S3Cache.computations.test.ts > what a computation needs, and how it fails getManyOrCompute: everything but the services is the cache's",
    "test/S3Store/S3Cache.computations.test.ts > what a computation needs, and how it fails getOrCompute: everything but the services is the cache's",
    "test/S3Store/S3Cache.computations.test.ts > what a computation needs, and how it fails refresh: everything but the services is the cache's"
  ),
  ...because(
    "Effect 4 prints effects, exits, errors and instances of schema classes in another form",
    "test/Cache/common/generatorLookups.test.ts > lookups in a generator are shown as other effects are, without the key and what the store holds",
    "test/Cache/printing/printKey.test.ts > printKey of User({ \"id\": 1, \"name\": \"ada\" }) (19)",
    "test/effect/TaggedError.test.ts > errors without Effect are compared, printed and described as Effect's are",
    "test/Cache/options/meantDuration.test.ts > meantDuration is said by options, and by what calls and functions give"
  ),
  ...because(
    "Effect 4 takes more for durations, objects of units among it, which this library does not",
    "test/Cache/options/durationMillis.test.ts > durationMillis reads what Effect reads, as Effect does"
  ),
  ...because(
    "Effect 4 has no fiber that stands for several, so the test cannot interrupt them as one",
    "test/Cache/refresh.test.ts > refresh ends with the last who waits for it, and the old value stays: Store",
    "test/Cache/refresh.test.ts > refresh ends with the last who waits for it, and the old value stays: TtlDict"
  ),
  ...because(
    "a number of Effect 4 is read from any text, and Redacted from none",
    "test/S3Store/messages.test.ts > what a schema finds wrong $ expected: number",
    "test/S3Store/messages.test.ts > what a schema finds wrong $ expected: what NumberFromString accepts"
  ),
  ...because(
    "schemas of Effect 4 call what they accept otherwise",
    "test/S3Store/messages.test.ts > what a schema finds wrong $ expected: what parseJson accepts",
    "test/S3Store/messages.test.ts > what a schema finds wrong $.a expected: an object that passes a filter",
    "test/S3Store/messages.test.ts > what a schema finds wrong $.phones[1] expected: a string matching the pattern ^\\d+$",
    "test/S3Store/messages.test.ts > what a schema finds wrong $[*] expected: an object that passes a filter",
    "test/Ttl/TtlDict.operations.test.ts > TtlDict: operations initial entries that cannot be: a CacheConfigError",
    "test/Ttl/dict/DictService.test.ts > TtlDict.Service a bad key is a mistake in the program: every operation dies, and nothing changes",
    "test/Ttl/dict/DictService.test.ts > TtlDict.Service a bad value is told by its place, and by what is accepted there"
  ),
  ...because(
    "fibers take their turns in another order in Effect 4: what is asserted is who comes last, or after how many turns",
    "test/Ttl/TtlDict.removalQueue.test.ts > what waits for onRemoval makes writers wait, if it is to: nothing is lost, reads go on, and an interrupted writer has not written",
    "test/Ttl/memory/MemoryPressure.test.ts > memory pressure tells the hook why"
  ),
  ...because(
    "what compares itself in Effect 3, as Data.struct does, is a plain object in Effect 4, which a clone brings back",
    "test/Ttl/snapshot/isCloneable.test.ts > isCloneable refuses structures of Effect, however deep",
    "test/Ttl/snapshot/DictSnapshot.test.ts > snapshots leave out what cannot be brought back as it was, with a warning that shows nothing of it"
  ),
  ...because(
    "Effect 4 makes the requests of one turn together, and waits for nobody who might have more",
    ...overStores("are made for those who stay when others leave")
  ),
  ...because(
    "Effect 4 makes requests to their end, though nobody waits for them any more",
    ...overStores("end with the last who waits")
  ),
  ...because(
    "of those who wait for a batch Effect 4 tells the batch the first only, so it hangs when it asks for another",
    ...overStores("that ask for what waits for them get an error in a batch")
  ),
  ...because(
    "Effect 4's Cache counts nothing",
    "test/ComingFrom/EffectCache.test.ts > Effect's Cache who joins a computation is counted as a miss, and as coalesced"
  ),
  ...because(
    "effects side by side that wait for a turn are no synchronous program in Effect 4",
    "test/Cache/requestBatching.test.ts > synchronous programs compute in a batch"
  ),
  ...because(
    "is about pages that lead into the repository, which is not whole here",
    "test/docs/architecture.test.ts > docs/architecture.md names files that are there",
    "test/docs/architecture.test.ts > the documentation CONTRIBUTING.md links to what is there"
  ),
  ...because(
    "effects of Effect 4 do not say their version",
    "test/effect/TaggedError.test.ts > errors without Effect are of the version of Effect that runs them"
  )
])
