/**
 * The journal of changes of a keyspace.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { DescribedStore } from "../objects/describedStore.js"
import { digestName } from "../objects/objectName.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { decodeNotes, encodeNotes, newestNotes, newNote, type Note } from "./journalText.js"

/** The name of the object that has the journal of a folder of entries. */
export const journalName = (folder: string): string => `.notice/${digestName(folder)}`

/**
 * After how long without a look it is not known what the journal was meanwhile, in milliseconds: rules of a bucket remove
 * what is older than a day, so that it may have come and gone, or be put back as it was before.
 */
const longestPause = 3_600_000

/** How often an append is tried while other writers are faster. */
const attempts = 10

/** What the object was when it was met last. */
interface Known {
  /** Nothing: there is none. */
  readonly etag: string | undefined
  readonly notes: ReadonlyArray<Note>
}

/** Who is told of what others have noted. */
export interface JournalReader {
  /** These names may be about to change; `all` stands for every one. */
  readonly noted: (names: Iterable<string> | "all") => void
  /** Some notes may have been missed. */
  readonly missed: () => void
  /** All has been heard that was noted before this time. */
  readonly heardUntil: (time: number) => void
}

/** Changes that are to be noted together. */
interface Batch {
  readonly names: Set<string>
  isAll: boolean
  readonly fiber: Effect.Effect<Fiber.RuntimeFiber<void, ObjectStoreError>>
}

/**
 * The journal of changes of one keyspace: one object, to which all writers append, each on the condition that nobody else
 * has meanwhile. Notes of one process that wait at the same time are one append. Each note is told from all others, so a
 * reader who does not find the one that he read last knows that he has missed some: whatever became of the object.
 */
export class Journal {
  private readonly store: DescribedStore
  private readonly name: string
  private readonly reader: JournalReader
  private readonly now: () => number
  private readonly scope: Scope.Scope
  private readonly turns = Effect.unsafeMakeSemaphore(1)
  private known: Known | undefined
  /** The note up to which the reader was told; where there was none, what there was in place of notes. */
  private position: string | undefined
  /** When it was looked at last. */
  private looked = Number.NEGATIVE_INFINITY
  private batch: Batch | undefined
  private conditionsHonoured = true

  /**
   * @param now how much time has passed, in milliseconds
   * @param scope where appends end that nobody waits for any more
   */
  constructor(
    store: DescribedStore,
    folder: string,
    reader: JournalReader,
    now: () => number,
    scope: Scope.Scope
  ) {
    this.store = store
    this.name = journalName(folder)
    this.reader = reader
    this.now = now
    this.scope = scope
  }

  /**
   * Tells the reader what is new, unless somebody else has just done that.
   *
   * @param isDue asked when it is its turn
   */
  readonly poll = (isDue: () => boolean): Effect.Effect<void, ObjectStoreError> =>
    this.turns.withPermits(1)(Effect.suspend(() => isDue() ? this.load : Effect.void))

  /** Notes names that are about to change. It goes on when its caller does not wait any more. */
  readonly note = (names: Iterable<string> | "all"): Effect.Effect<void, ObjectStoreError> =>
    Effect.suspend(() => {
      const batch = this.batch ?? this.newBatch()
      this.batch = batch
      if (names === "all") batch.isAll = true
      else for (const name of names) batch.names.add(name)
      return Effect.flatMap(batch.fiber, Fiber.join)
    })

  private newBatch(): Batch {
    let fiber: Fiber.RuntimeFiber<void, ObjectStoreError> | undefined
    const appended = this.turns.withPermits(1)(Effect.suspend(() => {
      if (this.batch === batch) this.batch = undefined
      return this.append(newNote(batch.isAll ? "all" : batch.names), attempts)
    }))
    const batch: Batch = {
      names: new Set(),
      isAll: false,
      fiber: Effect.suspend(() =>
        fiber === undefined
          // Whoever notes in the same turn is part of it.
          ? Effect.map(
            Effect.forkIn(Effect.interruptible(Effect.zipRight(Effect.yieldNow(), appended)), this.scope),
            (begun) => fiber = begun
          )
          : Effect.succeed(fiber)
      )
    }
    return batch
  }

  private readonly load: Effect.Effect<void, ObjectStoreError> = Effect.suspend(() => {
    const began = this.now()
    const { etag, notes } = this.known ?? {}
    return Effect.map(this.store.load(this.name, { ifNoneMatch: etag }), (found) => {
      if (this.isAfterPause(began)) this.position = undefined
      switch (found._tag) {
        case "Unchanged":
          this.tell({ etag, notes: notes ?? [] })
          break
        case "Absent":
          this.know({ etag: undefined, notes: [] })
          break
        case "TooLarge":
          this.know({ etag: found.etag, notes: [] })
          break
        case "Found":
          // What is damaged tells nothing, and the next append writes it anew.
          this.know({ etag: found.etag, notes: decodeNotes(found.body) ?? [] })
      }
      this.reader.heardUntil(began)
    })
  })

  private know(known: Known): void {
    const before = this.known
    this.known = known
    // Nobody writes the same notes again: they were put back, in place of others maybe.
    if (before !== undefined && before.etag !== known.etag && newestOf(known) === this.position) {
      this.position = undefined
    }
    this.tell(known)
  }

  private isAfterPause(now: number): boolean {
    const isLong = now >= this.looked + longestPause
    this.looked = now
    return isLong
  }

  /** Tells the reader of the notes that came after the one he read last. */
  private tell(known: Known): void {
    const newest = newestOf(known)
    if (newest === this.position) return
    const { notes } = known
    const at = notes.findIndex(({ id }) => id === this.position)
    if (at === -1) this.reader.missed()
    else for (const { names } of notes.slice(at + 1)) this.reader.noted(names)
    this.position = newest
  }

  private append(note: Note, left: number): Effect.Effect<void, ObjectStoreError> {
    return Effect.gen(this, function*() {
      if (this.known === undefined) yield* this.load
      // What others have noted meanwhile holds it; or this very note, after a lost answer.
      const known = this.known ?? { etag: undefined, notes: [] }
      if (known.notes.some(({ id }) => id === note.id)) return
      const began = this.now()
      const notes = newestNotes([...known.notes, note])
      const outcome = this.conditionsHonoured && left > 0
        ? yield* Effect.catchIf(
          known.etag === undefined
            ? this.store.add(this.name, encodeNotes(notes))
            : this.store.replace(this.name, encodeNotes(notes), known.etag),
          ({ reason }) => reason === "ConditionalWritesUnsupported",
          () => {
            this.conditionsHonoured = false
            return Effect.succeed(undefined)
          }
        )
        : undefined
      if (outcome === undefined) return yield* this.write(note)
      if (outcome._tag === "Written") {
        const etag = Option.getOrUndefined(outcome.etag)
        this.known = etag === undefined ? undefined : { etag, notes }
        // Nobody came between: what the reader has heard is all there was.
        if (this.isAfterPause(began)) this.reader.missed()
        this.position = note.id
        return this.reader.heardUntil(began)
      }
      if (left < attempts) yield* Effect.sleep(2 ** (attempts - left) * (0.5 + (yield* Random.next)))
      yield* this.load
      return yield* this.append(note, left - 1)
    })
  }

  /** In place of whatever is there: every reader knows that he has missed something. */
  private write(note: Note): Effect.Effect<void, ObjectStoreError> {
    return Effect.map(this.store.save(this.name, encodeNotes([note])), (etag) => {
      this.tell({ etag: undefined, notes: [note] })
      this.known = Option.getOrUndefined(Option.map(etag, (etag) => ({ etag, notes: [note] })))
    })
  }
}

/** The newest note of a journal; where it has none, what tells that from other such journals, and from none at all. */
const newestOf = ({ etag, notes }: Known): string => notes.at(-1)?.id ?? `without notes: ${etag ?? "none"}`
