/**
 * The keyspaces of a cache that are heard of by their journals.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { Ledger } from "../guard/Ledger.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { MemoryLevel } from "../memory/MemoryLevel.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { isEntryName } from "../objects/objectName.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import { ElapsedTime } from "./ElapsedTime.js"
import { PulledNotice } from "./PulledNotice.js"

/** What is heard of each keyspace, by the folder of its entries. */
export class PulledNotices {
  private readonly folders = new Map<string, PulledNotice | undefined>()
  private readonly of: (folder: string, notice: number) => PulledNotice
  private readonly others: number | undefined

  private constructor(of: PulledNotices["of"], others: number | undefined) {
    this.of = of
    this.others = others
  }

  /**
   * Makes one that hears for as long as the scope lives.
   *
   * @param others what is noted of keyspaces of which nothing is known here, such as retired versions
   * @param memory what is told to doubt
   * @param timeLeft for how long closing waits for what cannot be interrupted at once, in milliseconds
   */
  static readonly make = (
    cache: string,
    store: DescribedStore,
    ledger: Ledger,
    others: EntryPolicy["notice"],
    memory: () => MemoryLevel,
    timeLeft: Effect.Effect<number>
  ): Effect.Effect<PulledNotices, never, Scope.Scope> =>
    Effect.zipWith(ownScope(timeLeft), Effect.clock, (scope, clock) => {
      const time = new ElapsedTime(clock)
      return new PulledNotices((folder, notice) =>
        new PulledNotice({
          store,
          folder,
          ledger,
          time,
          scope,
          // That the circuit has opened was told.
          failed: ({ message, reason }) =>
            reason === "CircuitOpen" ? Effect.void : Effect.annotateLogs(
              Effect.logWarning(
                `the journal of ${folder} cannot be read, so that each of its entries is asked for by itself: ${message}`
              ),
              { cache }
            ),
          doubtAll: Effect.suspend(() =>
            memory().forEach((held, key) => {
              if (folderOf(key) === folder) held.believe(Number.NEGATIVE_INFINITY)
            })
          )
        }, notice), pulledIn(others))
    })

  /** Hears of a keyspace from now on, or of nothing there. */
  hear(
    { folder: version, name: keyspace }: { readonly name: string; readonly folder: string },
    given: EntryPolicy["notice"]
  ): void {
    const notice = pulledIn(given)
    if (notice === undefined && this.others === undefined) return
    const folder = folderOf({ keyspace, version })
    const known = this.folders.get(folder)
    if (notice === undefined) this.folders.set(folder, known)
    else if (known === undefined) this.folders.set(folder, this.of(folder, notice))
    else known.atMost(notice)
  }

  /** What is heard of the keyspace of a key, if anything. */
  readonly ofKey = (key: AnyKey): PulledNotice | undefined =>
    this.folders.size === 0 ? undefined : this.folders.get(folderOf(key))

  /** The store, with notes of what is about to change in these keyspaces. */
  readonly noting = (store: DescribedStore): DescribedStore => {
    const changing = <A>(name: string, change: Effect.Effect<A, ObjectStoreError>) =>
      Effect.suspend(() => this.ofName(name)?.changing([name], change) ?? change)
    const { saveOnce } = store
    return {
      ...store,
      save: (name, body) => changing(name, store.save(name, body)),
      saveOnce: saveOnce === undefined ? undefined : (name, body) => changing(name, saveOnce(name, body)),
      add: (name, body) => changing(name, store.add(name, body)),
      replace: (name, body, etag) => changing(name, store.replace(name, body, etag)),
      remove: (name) => changing(name, store.remove(name)),
      removeIfMatch: (name, etag) => changing(name, store.removeIfMatch(name, etag)),
      removeAll: (names) =>
        Effect.suspend(() => {
          const ofFolders = new Map<PulledNotice, Array<string>>()
          for (const name of names) {
            const notice = this.ofName(name)
            if (notice !== undefined) ofFolders.set(notice, [...ofFolders.get(notice) ?? [], name])
          }
          return Array.from(ofFolders).reduce(
            (change, [notice, names]) => notice.changing(names, change),
            store.removeAll(names)
          )
        })
    }
  }

  private ofName(name: string): PulledNotice | undefined {
    if (!isEntryName(name)) return undefined
    const folder = name.slice(0, name.lastIndexOf("/"))
    if (this.folders.has(folder) || this.others === undefined) return this.folders.get(folder)
    const made = this.of(folder, this.others)
    this.folders.set(folder, made)
    return made
  }
}

/** One that does not keep the scope it is made in from closing. */
const ownScope = (timeLeft: Effect.Effect<number>): Effect.Effect<Scope.Scope, never, Scope.Scope> =>
  Effect.acquireRelease(Scope.make(), (scope) =>
    Effect.flatMap(
      Effect.zip(Effect.forkDaemon(Scope.close(scope, Exit.void)), timeLeft),
      ([closing, left]) => Effect.timeoutOption(Effect.interruptible(Fiber.await(closing)), left)
    ))

const folderOf = ({ keyspace, version }: Pick<AnyKey, "keyspace" | "version">): string => `${keyspace}/${version}`

/** How often a journal is read, in milliseconds, if there is one. */
const pulledIn = (notice: EntryPolicy["notice"]): number | undefined => notice === "pushed" ? undefined : notice
