/**
 * Effects of a kind of their own.
 */
import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Utils from "effect/Utils"

/** An effect that is one instruction of the fiber that runs it: what goes on then is decided there. */
export abstract class Instruction<A, E, R> extends Effectable.Class<A, E, R> {
  /** How it goes on. */
  protected abstract decided(): Effect.Effect<A, E, R>

  /** What it is as an effect. */
  override commit(): Effect.Effect<A, E, R> {
    return this.decided()
  }
}

/** What a generator goes through that asks for an effect by `yield*`. */
export type Iteration<A, E, R> = Effect.EffectGenerator<Effect.Effect<A, E, R>>

/** Hands an effect to the fiber, and comes back with what it succeeded with. */
export const yielding = <A, E, R>(effect: Effect.Effect<A, E, R>): Iteration<A, E, R> =>
  new Utils.SingleShotGen(new Utils.YieldWrap(effect))
