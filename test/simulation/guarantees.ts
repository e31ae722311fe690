import {
  type Computation,
  type History,
  leaseTime,
  lookups,
  type Operation,
  reads,
  removals,
  tagging,
  tagsAge,
  tagsTrustedFor,
  writes
} from "./schedules.js"
import { patience } from "./SimulatedStore.js"

/** What was written under a key, by whom, and from when on nothing of it was under way any more. */
interface Write {
  readonly value: string
  readonly key: number
  readonly process: number
  readonly life: number
  readonly started: number
  readonly startedAs: number
  /** When it was acknowledged, if it was. */
  readonly acknowledged: number | undefined
  readonly done: number
}

const isOneOf = (verbs: ReadonlyArray<string>) => ({ verb }: Operation) => verbs.includes(verb)
const isRead = isOneOf([...reads, ...lookups, "pop"])
const isWrite = isOneOf([...writes, "setAndGiveUp"])
const isLookup = isOneOf(lookups)
const isRemoval = isOneOf(removals)
const isTagging = isOneOf(tagging)
const hasSucceeded = ({ outcome }: Operation) => outcome === "succeeded"

/**
 * What is known not to hold, and is not looked at; exclusions.test.ts has a schedule for each.
 *
 * - `clear ends leases`: `clear` removes the leases of computations that are under way, and others compute as well;
 * - `unsure set gives way`: a `set` whose first answer was lost looks what lies there, and gives way, acknowledged, to an
 *   older value whose writer's clock is ahead, where memory does not know that.
 */
export const exclusions = ["clear ends leases", "unsure set gives way"] as const

/**
 * The first documented guarantee that a history does not keep, in words; nothing when it keeps all.
 *
 * @param known what is not looked at
 */
export const broken = (
  { operations: all, ...rest }: History,
  known: ReadonlyArray<typeof exclusions[number]> = exclusions
): string | undefined => {
  // Where nothing has tags, marking one does nothing.
  const history = {
    ...rest,
    operations: rest.world.memory?.isTagged === false ? all.filter((operation) => !isTagging(operation)) : all
  }
  const { computations, frozen, markersLost, operations, spread, store, world } = history
  const { timeToLive } = world
  const written = writtenIn(history)
  const since = (at: number) => `${at - history.began}`
  const told = (operation: Operation) =>
    `${operation.verb} of key ${operation.key} by ${operation.process} at ${since(operation.started)} to ${
      since(operation.ended)
    }`

  const isSame = (one: Started, other: Started) => one.process === other.process && one.life === other.life

  const isLastOf = (write: Write) =>
    [...written.values()].every((other) =>
      other.key !== write.key || isSame(other, write) || other.startedAs < write.startedAs
    )

  /** What may leave nothing of a write for who reads later. */
  const isExcused = (write: Write, read: Operation) =>
    read.ended - write.started > timeToLive - spread - 1 ||
    operations.some((operation) => {
      if (operation.key !== write.key && operation.verb !== "clear") return false
      if (isRemoval(operation)) return operation.started <= read.ended && operation.ended >= write.started
      if (!isTagging(operation) || operation.startedAs > read.endedAs) return false
      // What begins in a process after it marked a tag is newer, in the same millisecond too; but another process, which
      // has not read the mark, may have written something since that counts as older.
      return isSame(operation, write) && isSame(write, read) && hasSucceeded(operation) && isLastOf(write)
        ? operation.endedAs > write.startedAs
        : operation.ended >= write.started - (spread + 1000)
    }) || hasFailed(read.process, write.started - tagsTrustedFor, read.ended)

  const hasFailed = (process: number, from: number, until: number) =>
    store.requests.some((request) =>
      request.process === process && request.failure !== undefined && request.sent >= from && request.sent <= until
    )
  const stoodStill = (process: number, from: number, until: number) =>
    frozen.reduce(
      (sum, pause) =>
        pause.process === process ? sum + Math.max(0, Math.min(until, pause.until) - Math.max(from, pause.from)) : sum,
      0
    )
  const mayGiveWay = (write: Write, change: Operation) =>
    known.includes("unsure set gives way") && isWrite(change) && write.started + spread > change.started &&
    world.faults.lostReplies + world.faults.lostRequests > 0
  /** What is written behind is to be seen in its process, unless its write failed. */
  const isToBeSeen = (write: Operation, read: Operation) =>
    world.write === "through" ||
    (isSame(write, read) && !hasFailed(read.process, write.started - 20_000, read.ended))
  const areStrangers = (one: number, other: number) =>
    world.hasTwoSchemas && (one === world.ahead.length - 1) !== (other === world.ahead.length - 1)

  /**
   * Whether what a process finds may be what its memory was restored with after a change: where nobody asks whether that is
   * still the same, it may be old for the rest of its time.
   */
  const mayBeRestored = (read: Operation, change: Operation) =>
    operations.some((restore) =>
      restore.verb.startsWith("restore") && isSame(restore, read) && restore.startedAs < read.endedAs &&
      // What a process does while its memory is restored is not undone.
      (change.endedAs < restore.startedAs || !isSame(change, read)) &&
      (world.memory?.trust === true || read.verb === "peek" ||
        hasFailed(read.process, restore.started - 20_000, read.ended))
    )

  for (const read of operations) {
    if (!isRead(read) || read.found === undefined || read.outcome === "interrupted") continue
    const { found, key, process, started } = read
    if (found.value === undefined) {
      const lost = [...written.values()].find((write) =>
        write.key === key && write.acknowledged !== undefined && write.done < started && read.verb !== "peek" &&
        !isExcused(write, read) &&
        !(world.hasTwoSchemas &&
          [...written.values()].some((other) => other.key === key && areStrangers(other.process, process)))
      )
      if (lost !== undefined) return `an acknowledged write is lost: ${lost.value} for ${told(read)}`
      continue
    }
    const write = written.get(found.value)
    if (write?.key !== key || write.started > read.ended) {
      return `a value that nobody wrote: ${found.value} for ${told(read)}`
    }
    if (areStrangers(write.process, process)) return `a value of another schema: ${found.value} for ${told(read)}`
    const leap = spread

    const newer = operations.find((change) =>
      (change.key === key || change.verb === "clear") && hasSucceeded(change) &&
      (isRemoval(change) || (isWrite(change) && isToBeSeen(change, read))) &&
      (change.verb !== "clear" || world.faults.staleLists === 0) &&
      write.done < change.started && change.process === process && change.ended < started &&
      !mayGiveWay(write, change) &&
      !mayBeRestored(read, change)
    )
    if (newer !== undefined) return `an old value: ${found.value} for ${told(read)}, after ${told(newer)}`

    if (world.revalidateAfter !== undefined && world.write === "through" && read.verb !== "peek") {
      const bound = world.revalidateAfter + patience + 4 * world.faults.slowest + leap
      const other = operations.find((change) =>
        change.key === key && hasSucceeded(change) && (isWrite(change) || isRemoval(change)) &&
        change.verb !== "clear" &&
        write.done < change.started && change.ended + bound < started && !mayGiveWay(write, change) &&
        !hasFailed(process, change.started - 20_000, read.ended) && !mayBeRestored(read, change)
      )
      if (other !== undefined) return `a value after its bound: ${found.value} for ${told(read)}, after ${told(other)}`
    }

    const stale = isLookup(read) ? world.staleWhileRevalidate : 0
    if (write.done + timeToLive + stale + spread < started) return `an expired value: ${found.value} for ${told(read)}`

    const invalidated = operations.find((mark) => {
      if (!isTagging(mark) || mark.key !== key || !hasSucceeded(mark)) return false
      if (mark.verb === "expireTag" && stale > 0) return false
      const isOlder = isSame(mark, write)
        ? write.startedAs < mark.startedAs
        : write.started < mark.started - (spread + 1000)
      if (!isOlder) return false
      if (isSame(mark, read)) return mark.endedAs < read.startedAs
      if (read.verb === "peek" || markersLost.some((at) => at >= mark.started)) return false
      // An outage that lasts is not told for each request: the circuit is open.
      const trust = !hasFailed(process, history.began, read.ended)
        ? 0
        : world.onTagsUnknown === "miss"
        ? 20_000
        : world.onTagsUnknown === "serve"
        ? Number.POSITIVE_INFINITY
        : tagsTrustedFor + 20_000
      return mark.ended + tagsAge + leap + trust + 4 * world.faults.slowest < started
    })
    if (invalidated !== undefined) {
      return `an invalidated value: ${found.value} for ${told(read)}, after ${told(invalidated)}`
    }
  }

  for (const add of operations) {
    if (add.verb !== "add" || !hasSucceeded(add)) continue
    const before = [...written.values()].find((write) =>
      write.key === add.key && write.value !== add.value && write.acknowledged !== undefined &&
      write.acknowledged <= add.ended && write.done < add.ended &&
      (write.done < add.started || write.isAdd) &&
      !isExcusedForAdd(history, write.started, add.ended, add.key)
    )
    if (before !== undefined) return `two winners: ${told(add)} in spite of ${before.value}`
  }

  if (world.coordination === "lease" && world.faults.honoursConditions) {
    for (const one of computations) {
      const other = computations.find((other) => isTogether(one, other))
      if (other === undefined) continue
      const from = one.started - 10_000
      const until = Math.max(one.ended, other.ended)
      const isExplained = [one, other].some(({ process }) =>
        hasFailed(process, from, until) || stoodStill(process, from, until) >= leaseTime / 3
      ) || known.includes("clear ends leases") && operations.some(({ ended, started, verb }) =>
            verb === "clear" && started <= until && ended >= from
          )
      if (!isExplained) {
        return `two computations at once of key ${one.key}: by ${one.process} at ${
          since(one.started)
        } and by ${other.process} at ${since(other.started)}`
      }
    }
  }

  const mostRequests = 200 * (operations.length + computations.length) + 100
  if (store.requests.length > mostRequests) {
    return `${store.requests.length} requests for ${operations.length} operations`
  }
  const defect = operations.find(({ failure }) => failure === "defect")
  if (defect !== undefined) return `a defect: ${told(defect)}`
  return undefined
}

interface Started {
  readonly process: number
  readonly life: number
}

const isTogether = (one: Computation, other: Computation) =>
  other !== one && other.key === one.key && one.process !== other.process && one.started <= other.started &&
  other.started < one.ended

/** What lets an `add` win though there was a value: it was removed, invalidated or too old, or may have been. */
const isExcusedForAdd = (history: History, from: number, until: number, key: number): boolean =>
  until - from > history.world.timeToLive - history.spread - 1 ||
  history.operations.some((operation) =>
    (isRemoval(operation) && (operation.key === key || operation.verb === "clear") && operation.started <= until &&
      operation.ended >= from) ||
    (isTagging(operation) && operation.key === key && operation.started <= until &&
      operation.ended >= from - (history.spread + 1000))
  )

interface Landing extends Write {
  readonly isAdd: boolean
}

/** Everything that was written, or may have been. */
const writtenIn = ({ computations, operations, store, world }: History): ReadonlyMap<string, Landing> => {
  const landed = new Map<string, number>()
  for (const { body, landed: times } of store.requests) {
    for (const [value] of body?.matchAll(/v\d+\./g) ?? []) {
      landed.set(value, Math.max(landed.get(value) ?? 0, ...times))
    }
  }
  const all = new Map<string, Landing>()
  for (const operation of operations) {
    if (!isWrite(operation)) continue
    const { ended, value } = operation
    const isAcknowledged = hasSucceeded(operation) && (world.write === "through" || operation.verb === "add")
    const last = landed.get(value)
    all.set(value, {
      ...operation,
      acknowledged: isAcknowledged ? ended : undefined,
      done: world.write === "behind" && last === undefined ? Number.POSITIVE_INFINITY : Math.max(ended, last ?? ended),
      isAdd: operation.verb === "add"
    })
  }
  for (const computation of computations) {
    const { ended, value } = computation
    // It is written after it was computed, by whom nobody waits for.
    const last = landed.get(value)
    all.set(value, {
      ...computation,
      acknowledged: undefined,
      done: last === undefined ? Number.POSITIVE_INFINITY : Math.max(ended, last),
      isAdd: false
    })
  }
  return all
}
