/**
 * What lies in a store, in numbers.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { lookAt, type Looked } from "./entriesOf.js"
import { kindOfSpace, objectKind, partsOfSpace } from "./objectKinds.js"
import { makeTagMarks, type TagMarks } from "./tagMarks.js"
import { isStale } from "./verdict.js"

/** Up to which age entries are counted together, in milliseconds; what is older is in one more class. */
export const ageClasses: ReadonlyArray<number> = [3_600_000, 86_400_000, 7 * 86_400_000, 30 * 86_400_000]

/** What the headers of a sample say. */
interface Sample {
  /** How many headers were read. */
  readonly read: number
  readonly expired: number
  /** How many of those its writer may still give out. */
  readonly stale: number
  readonly invalidated: number
  readonly forever: number
  readonly failures: number
  readonly encrypted: number
  readonly compressed: number
  readonly unreadable: number
  /** How many tell how long their computation took, and how long all of these took together, in milliseconds. */
  readonly computed: number
  readonly took: number
}

/** One version of a keyspace. */
export interface SpaceSurvey {
  readonly space: string
  readonly keyspace: string
  readonly version: string
  readonly entries: number
  readonly bytes: number
  readonly leases: number
  /** When the entry that was written first and the one that was written last were, in milliseconds since the epoch. */
  readonly oldest: number
  readonly newest: number
  /** How many are how old: see `ageClasses`. */
  readonly ages: ReadonlyArray<number>
  readonly sample: Sample
  /** Whether a header says that it is a version of a keyspace: by its name alone, it may be somebody else's folder. */
  readonly isVersion: boolean
  /** The versions in whose form entries of the sample are written. */
  readonly forms: ReadonlyArray<string>
}

/** What lies in a store. */
export interface Survey {
  readonly spaces: ReadonlyArray<SpaceSurvey>
  readonly entries: number
  readonly bytes: number
  /** Markers of tags. */
  readonly markers: { readonly count: number; readonly bytes: number }
  readonly leases: number
  readonly others: { readonly count: number; readonly bytes: number }
  /** The tags of the entries in samples, and how many of those carry them; the most frequent first. */
  readonly tags: ReadonlyArray<{ readonly tag: string; readonly entries: number; readonly marks: TagMarks | undefined }>
  /** Whether there are more tags than were counted. */
  readonly moreTags: boolean
}

/** How far it is. */
interface SurveyProgress {
  readonly listed: number
  readonly headers: number
}

/** What to look at. */
export interface SurveyOptions {
  /** How many headers are read of each space: names are digests, so that the first of them are a sample. */
  readonly sample: number
  /** How many headers are read at the same time. */
  readonly concurrency: number
  /** Only the objects whose names begin with this. Default: all. */
  readonly prefix?: string
  readonly onProgress?: (progress: SurveyProgress) => Effect.Effect<void>
}

/** How many tags are counted at the most: some megabytes. */
const mostTags = 10_000
/** Of how many tags it is told whether they were invalidated: of the most frequent. */
const markedTags = 100
/** How many spaces are told apart at the most. */
const mostSpaces = 10_000
/** As many as S3 lists in one answer. */
const page = 1000

class SpaceCount {
  readonly space: string
  /** Whether it is a folder of another library's entries, which has no version. */
  isFolder = false
  isVersion = false
  entries = 0
  bytes = 0
  leases = 0
  oldest = Number.POSITIVE_INFINITY
  newest = Number.NEGATIVE_INFINITY
  readonly ages: Array<number> = [...ageClasses, 0].map(() => 0)
  asked = 0
  readonly forms = new Set<string>()
  readonly sample = {
    read: 0,
    expired: 0,
    stale: 0,
    invalidated: 0,
    forever: 0,
    failures: 0,
    encrypted: 0,
    compressed: 0,
    unreadable: 0,
    computed: 0,
    took: 0
  }

  constructor(space: string) {
    this.space = space
  }

  add({ modified, size }: ListedObject, now: number): void {
    this.entries++
    this.bytes += size
    this.oldest = Math.min(this.oldest, modified)
    this.newest = Math.max(this.newest, modified)
    const age = ageClasses.findIndex((limit) => now - modified < limit)
    const at = age < 0 ? ageClasses.length : age
    this.ages[at] = (this.ages[at] ?? 0) + 1
  }

  meet(looked: Looked, now: number): void {
    if (looked._tag === "Gone") return
    const { sample } = this
    sample.read++
    if (looked._tag === "Unreadable") {
      sample.unreadable++
      return
    }
    const { compression, encryption, expires, outcome, took } = looked.head
    const kind = kindOfSpace(this.space, looked.head)
    this.isFolder ||= kind === "folder"
    this.isVersion ||= kind === "version"
    if (kind === "version") this.forms.add(looked.head.version)
    if (looked.verdict._tag === "Expired") sample.expired++
    if (isStale(looked.verdict, now)) sample.stale++
    if (looked.verdict._tag === "Invalidated") sample.invalidated++
    if (expires === Number.POSITIVE_INFINITY) sample.forever++
    if (outcome === "failure") sample.failures++
    if (encryption !== null) sample.encrypted++
    if (compression !== "none") sample.compressed++
    if (took !== undefined) {
      sample.computed++
      sample.took += took
    }
  }

  /** What it is called: by its header, if one was read. */
  get name(): ReturnType<typeof partsOfSpace> {
    return this.isFolder ? { keyspace: this.space, version: "" } : partsOfSpace(this.space)
  }
}

/** Counts all that lies in a store. It holds numbers only, however many objects there are. */
export const survey = (
  store: ObjectStore,
  { concurrency, onProgress = () => Effect.void, prefix = "", sample }: SurveyOptions
): Effect.Effect<Survey, ObjectStoreError | CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const marksOf = yield* makeTagMarks(store)
    const spaces = new Map<string, SpaceCount>()
    const tags = new Map<string, number>()
    let moreTags = false
    const markers = { count: 0, bytes: 0 }
    const others = { count: 0, bytes: 0 }
    const progress = { listed: 0, headers: 0 }

    const spaceOf = (name: string): SpaceCount => {
      const key = spaces.has(name) || spaces.size < mostSpaces ? name : "…"
      const known = spaces.get(key) ?? new SpaceCount(key)
      spaces.set(key, known)
      return known
    }

    const count = (object: ListedObject, now: number): SpaceCount | undefined => {
      const kind = objectKind(object.name)
      switch (kind._tag) {
        case "Marker":
        case "Other": {
          const counts = kind._tag === "Marker" ? markers : others
          counts.count++
          counts.bytes += object.size
          return undefined
        }
        case "Lease":
          spaceOf(kind.space).leases++
          return undefined
        case "Entry": {
          const space = spaceOf(kind.space)
          space.add(object, now)
          if (space.asked >= sample) return undefined
          space.asked++
          return space
        }
      }
    }

    const meetTags = (looked: Looked) => {
      if (looked._tag !== "Head") return
      for (const tag of looked.head.tags) {
        const known = tags.get(tag)
        if (known === undefined && tags.size >= mostTags) moreTags = true
        else tags.set(tag, (known ?? 0) + 1)
      }
    }

    yield* Stream.runForEach(Stream.grouped(store.list(prefix), page), (objects) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const chosen = Array.from(objects).flatMap((object) => {
          const space = count(object, now)
          return space === undefined ? [] : [{ object, space }]
        })
        yield* Effect.forEach(chosen, ({ object, space }) =>
          Effect.map(lookAt(store, marksOf, object), (looked) => {
            progress.headers++
            space.meet(looked, now)
            meetTags(looked)
          }), { concurrency, discard: true })
        progress.listed += objects.length
        yield* onProgress({ ...progress })
      }))

    const counted = [...spaces.values()].map((each) => {
      const { ages, bytes, entries, forms, isFolder, isVersion, leases, name, newest, oldest, sample, space } = each
      return {
        ...{ ...name, space, entries, bytes, leases, oldest, newest, ages, sample },
        isVersion: isVersion && !isFolder,
        forms: [...forms]
      }
    }).sort((one, other) => other.bytes - one.bytes || (one.space < other.space ? -1 : 1))
    const frequent = [...tags].sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1))
    const marks = yield* Effect.forEach(
      frequent.slice(0, markedTags),
      ([tag]) => marksOf([tag]),
      { concurrency }
    )
    return {
      spaces: counted,
      entries: counted.reduce((sum, { entries }) => sum + entries, 0),
      bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
      leases: counted.reduce((sum, { leases }) => sum + leases, 0),
      markers,
      others,
      tags: frequent.map(([tag, entries], at) => ({ tag, entries, marks: marks[at] })),
      moreTags
    }
  })
