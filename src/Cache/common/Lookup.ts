/**
 * Lookups that a generator does at once.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import { currentClock } from "../../effect/clocks.js"
import { Instruction, type Iteration, yielding } from "../../effect/Instruction.js"
import type { BoundedMap } from "../engine/BoundedMap.js"

/** In a generator, so many lookups in a row are done at once; then one is an instruction, at which a fiber may yield. */
const mostAtOnce = 16

let left = mostAtOnce

/** How a lookup goes on: a step, given the map, the time in milliseconds since the epoch, and the key. */
export type Decide<K, V, Key, A, E, R> = (map: BoundedMap<K, V>, now: number, key: Key) => Effect.Effect<A, E, R>

/**
 * A lookup as an Effect of its own kind. Anywhere it is one instruction of the fiber; and where a generator asks for it by
 * `yield*`, which it does in the midst of an instruction, it is none: as Effect does with an `Exit` there, the generator
 * goes on with the value.
 */
export class Lookup<K, V, Key extends K, A, E, R> extends Instruction<A, E, R> {
  private readonly map: BoundedMap<K, V>
  private readonly ownClock: Clock.Clock
  private readonly key: Key
  private readonly decide: Decide<K, V, Key, A, E, R>

  constructor(map: BoundedMap<K, V>, ownClock: Clock.Clock, key: Key, decide: Decide<K, V, Key, A, E, R>) {
    super()
    this.map = map
    this.ownClock = ownClock
    this.key = key
    this.decide = decide
  }

  protected override decided(): Effect.Effect<A, E, R> {
    const { map } = this
    const now = map.usesTime ? (currentClock() ?? this.ownClock).unsafeCurrentTimeMillis() : 0
    return this.decide(map, now, this.key)
  }

  override [Symbol.iterator](): Iteration<A, E, R> {
    if (left-- === 0) {
      left = mostAtOnce
      return yielding(this)
    }
    try {
      const decided = this.decided()
      return hasSucceeded(decided) ? new Done(decided.value) : yielding(decided)
    } catch (defect) {
      // What a generator catches is what it throws itself.
      return yielding(Effect.die(defect))
    }
  }

  // As other effects are shown: without the key, and what it is looked up in.
  toJSON(): object {
    return { _id: "Effect", _op: "Commit" }
  }

  override toString(): string {
    return JSON.stringify(this.toJSON(), undefined, 2)
  }

  [Inspectable.NodeInspectSymbol](): object {
    return this.toJSON()
  }
}

const hasSucceeded = <A, E, R>(effect: Effect.Effect<A, E, R>): effect is Exit.Success<A, E> =>
  Exit.isExit(effect) && Exit.isSuccess(effect)

/** A generator that is done, and its own result. */
class Done<out A> {
  readonly done = true
  readonly value: A
  constructor(value: A) {
    this.value = value
  }
  next(): this {
    return this
  }
}
