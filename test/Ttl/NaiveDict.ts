import type { Command } from "./dictCommands.js"

/** What is stored: it weighs what it says, and it can be told from every other write. */
export interface Value {
  bytes: number
  readonly written: number
}

interface Entry {
  readonly value: Value
  /** As it was measured last. */
  readonly bytes: number
  readonly expiresAt: number
  readonly usedAt: number
}

/** The obvious dictionary: a `Map` in order of use, everything recomputed at every step. */
export class NaiveDict {
  /** What left, and why. */
  readonly removed: Array<string> = []
  private readonly all = new Map<string, Entry>()
  private maxSize: number
  private maxBytes: number
  private timeToLive: number
  private readonly timeToIdle: number

  constructor(maxSize: number, maxBytes: number, timeToLive: number, timeToIdle: number) {
    this.maxSize = maxSize
    this.maxBytes = maxBytes
    this.timeToLive = timeToLive
    this.timeToIdle = timeToIdle
  }

  contents(now: number): Array<readonly [string, Value]> {
    return [...this.live(now)].map(([key, { value }]) => [key, value] as const)
  }

  byteSize(now: number): number {
    return [...this.live(now).values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  apply(command: Command, now: number, written: number): unknown {
    const { key } = command
    const before = this.removed.length
    const found = this.live(now).get(key)
    const ttl = command.timeToLive ?? this.timeToLive
    switch (command.name) {
      case "get":
        if (found !== undefined) this.read(key, found, now)
        return found?.value
      case "peek":
        return found?.value
      case "peekEntry":
        return found && {
          value: found.value,
          expiresAt: this.toldAt(found, now),
          remaining: this.toldAt(found, now) - now,
          lastUsedAt: this.timeToIdle === Infinity ? undefined : Math.min(found.usedAt, now),
          weight: found.bytes
        }
      case "has":
        return found !== undefined
      case "set":
        return this.write(key, { bytes: command.bytes, written }, now, now + ttl)
      case "setUntil":
        return this.write(key, { bytes: command.bytes, written }, now, now + command.delta)
      case "add":
        return found === undefined ? this.write(key, { bytes: command.bytes, written }, now, now + ttl) : "exists"
      case "getOrInsert":
      case "getOrCompute": {
        if (found !== undefined) {
          this.read(key, found, now)
          return found.value
        }
        const value = { bytes: command.bytes, written }
        const outcome = this.write(key, value, now, now + ttl)
        return outcome === "tooLarge" && command.name === "getOrInsert" ? outcome : value
      }
      case "refresh": {
        const value = { bytes: command.bytes, written }
        if (this.write(key, value, now, now + ttl) === "tooLarge" && found !== undefined) this.drop(key, "deleted")
        return value
      }
      case "setMany": {
        if (command.bytes + 1 > this.maxBytes) return "tooLarge"
        this.write(key, { bytes: command.bytes, written }, now, now + this.timeToLive)
        return this.write(command.other, { bytes: command.bytes + 1, written }, now, now + ttl)
      }
      case "hasMany":
        return [key, command.other].map((key) => this.live(now).has(key))
      case "removeMany": {
        const there = [...new Set([key, command.other])].filter((key) => this.live(now).has(key))
        for (const key of there) this.drop(key, "deleted")
        return there.length
      }
      case "remove":
        if (found !== undefined) this.drop(key, "deleted")
        return found !== undefined
      case "invalidate":
        if (found !== undefined) this.drop(key, "deleted")
        return undefined
      case "invalidateWhen": {
        const unwanted = found !== undefined && found.value.bytes >= command.bytes
        if (unwanted) this.drop(key, "deleted")
        return unwanted
      }
      case "expire":
        if (found !== undefined) this.drop(key, "expired")
        return undefined
      case "getMany":
        return [key, command.other].map((each) => {
          const found = this.live(now).get(each)
          if (found !== undefined) this.read(each, found, now)
          return found?.value
        })
      case "pop":
        if (found !== undefined) this.drop(key, "deleted")
        return found?.value
      case "popVictim":
        return this.popAt(now, 0)
      case "popNewest":
        return this.popAt(now, -1)
      case "clear":
        for (const key of [...this.live(now).keys()]) this.drop(key, "cleared")
        return undefined
      case "timeToLive":
        return found === undefined || this.toldAt(found, now) <= now + command.delta
          ? undefined
          : this.toldAt(found, now) - now - command.delta
      case "setTimeToLive":
        return this.expire(key, found, now, now + ttl)
      case "setExpiresAt":
        return this.expire(key, found, now, now + command.delta)
      case "moveToEnd":
        if (found !== undefined) this.use(key, found)
        return found !== undefined
      case "moveToStart": {
        if (found === undefined) return false
        const others = [...this.all].filter(([other]) => other !== key)
        this.all.clear()
        this.all.set(key, found)
        for (const [other, entry] of others) this.all.set(other, entry)
        return true
      }
      case "reweigh": {
        if (found === undefined) return undefined
        found.value.bytes = command.bytes
        if (command.bytes > this.maxBytes) {
          this.drop(key, "evicted")
          return "tooLarge"
        }
        this.all.set(key, { ...found, bytes: command.bytes })
        this.shrink(now, key)
        return command.bytes
      }
      case "resizeMaxSize":
        this.maxSize = command.bytes
        return this.shrink(now, undefined)
      case "resizeMaxBytes":
        this.maxBytes = command.bytes + 1
        return this.shrink(now, undefined)
      case "resizeTimeToLive":
        this.timeToLive = ttl
        return undefined
      case "purge":
        return this.removed.length - before
      case "jump":
        return undefined
    }
  }

  private live(now: number): Map<string, Entry> {
    for (const [key, entry] of [...this.all]) if (this.end(entry) <= now) this.drop(key, "expired")
    return this.all
  }

  private end({ expiresAt, usedAt }: Entry): number {
    return Math.min(expiresAt, usedAt + this.timeToIdle)
  }

  // Nobody has used it later than now: the clock was set back.
  private toldAt(entry: Entry, now: number): number {
    return this.end({ ...entry, usedAt: Math.min(entry.usedAt, now) })
  }

  private drop(key: string, reason: string): void {
    this.removed.push(`${key} ${this.all.get(key)?.value.written} ${reason}`)
    this.all.delete(key)
  }

  private read(key: string, entry: Entry, now: number): void {
    this.use(key, { ...entry, usedAt: now })
  }

  private use(key: string, entry: Entry): void {
    this.all.delete(key)
    this.all.set(key, entry)
  }

  private write(key: string, value: Value, now: number, expiresAt: number): "tooLarge" | undefined {
    if (value.bytes > this.maxBytes) return "tooLarge"
    const found = this.live(now).get(key)
    const stored = expiresAt > now && this.timeToIdle > 0 && (this.maxSize > 0 || found !== undefined)
    if (found !== undefined) this.drop(key, "replaced")
    if (!stored) return undefined
    this.all.set(key, { value, bytes: value.bytes, expiresAt, usedAt: now })
    this.shrink(now, key)
    return undefined
  }

  private shrink(now: number, spared: string | undefined): void {
    for (const victim of [...this.live(now).keys()]) {
      if (this.all.size <= this.maxSize && this.byteSize(now) <= this.maxBytes) return
      if (victim !== spared) this.drop(victim, "evicted")
    }
  }

  private expire(key: string, found: Entry | undefined, now: number, expiresAt: number): boolean {
    if (found === undefined) return false
    this.all.set(key, { ...found, expiresAt })
    this.live(now)
    return true
  }

  private popAt(now: number, at: number): readonly [string, Value] | undefined {
    const popped = this.contents(now).at(at)
    if (popped !== undefined) this.drop(popped[0], "deleted")
    return popped
  }
}
