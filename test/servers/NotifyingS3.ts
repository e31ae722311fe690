/**
 * An embedded S3 whose bucket sends notifications, as its configuration would say.
 */
import { Effect } from "effect"
import { EmbeddedS3, type EmbeddedS3Change, type EmbeddedS3Options } from "effect-aws-cache/testing"
import { until } from "../support/until.js"

/**
 * Starts one. Changes are sent one by one, each when it was made, or up to `late` others later, and some of them twice.
 *
 * @param deliver sends a change to a queue or a topic, in some form
 */
export const make = (
  deliver: (change: EmbeddedS3Change) => Promise<unknown>,
  { late = 0, random = Math.random, twice = 0, ...options }: EmbeddedS3Options & {
    /** How many of those that wait to be sent are drawn from: 0 to send them in their order. */
    readonly late?: number | undefined
    /** The share of those that are sent twice. */
    readonly twice?: number | undefined
    readonly random?: (() => number) | undefined
  } = {}
) =>
  Effect.gen(function*() {
    const waiting: Array<EmbeddedS3Change> = []
    let underWay = 0
    let sent = 0
    const send = (change: EmbeddedS3Change): void => {
      underWay++
      sent++
      const again = async (): Promise<unknown> => deliver(change).catch(again)
      void again().finally(() => underWay--)
    }
    const sendWaiting = (left: number): void => {
      while (waiting.length > left) {
        const [change] = waiting.splice(Math.floor(random() * waiting.length), 1)
        if (change === undefined) return
        send(change)
        if (random() < twice) waiting.push(change)
      }
    }
    const server = yield* EmbeddedS3.make({
      ...options,
      onChange: (change) => {
        waiting.push(change)
        sendWaiting(late)
      }
    })
    return {
      ...server,
      sent: () => sent,
      /** Sends what waits, and waits until all is in the queue. */
      flush: Effect.suspend(() => {
        sendWaiting(0)
        return until(() => underWay === 0)
      })
    }
  })
