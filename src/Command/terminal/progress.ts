/**
 * How far something long is, on the last line of a terminal.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Screen } from "./Screen.js"
import { barOf } from "./table.js"

/** How far something is. */
export interface Step {
  /** What is being done, in a few words. */
  readonly text: string
  readonly done?: number
  readonly total?: number
}

const clearLine = "\r\u001b[2K"

/** How often the line is written anew, in milliseconds. */
const interval = 80

/**
 * Runs an effect that tells how far it is: on a line of its own of a terminal, which is empty again when it is over;
 * nowhere without one.
 */
export const withProgress = <A, E, R>(
  screen: Screen,
  run: (tell: (step: Step) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (!screen.overwrites) return run(() => Effect.void)
  return Effect.suspend(() => {
    let next = Number.NEGATIVE_INFINITY
    const tell = ({ done, text, total }: Step) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (now < next) return Effect.void
        next = now + interval
        const share = done === undefined || total === undefined || total === 0 ? undefined : done / total
        const bar = share === undefined
          ? ""
          : ` ${screen.paintNote("cyan", barOf(share, 24).padEnd(24))} ${`${Math.floor(share * 100)}`.padStart(3)} %`
        return screen.noteRaw(`${clearLine}${bar}  ${text}`)
      })
    return Effect.ensuring(run(tell), screen.noteRaw(clearLine))
  })
}
