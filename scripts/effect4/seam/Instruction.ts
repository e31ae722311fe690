/**
 * Effects of a kind of their own.
 */
import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Utils from "effect/Utils"

export abstract class Instruction<A, E, R> extends Effectable.Class<A, E, R> {
  protected abstract decided(): Effect.Effect<A, E, R>

  override asEffect(): Effect.Effect<A, E, R> {
    return this.decided()
  }
}

export type Iteration<A, E, R> = Effect.EffectIterator<Effect.Effect<A, E, R>>

export const yielding = <A, E, R>(effect: Effect.Effect<A, E, R>): Iteration<A, E, R> =>
  new Utils.SingleShotGen<Effect.Effect<A, E, R>, A>(effect) as Iteration<A, E, R>
