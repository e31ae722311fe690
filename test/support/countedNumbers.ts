/**
 * Numbers that only grow, for processes that change them and others that watch.
 */
import { Keyspace } from "effect-aws-cache/S3Store"
import * as Schema from "effect/Schema"

/** The number under each key: how many changes there were of all keys when it was written. */
export const Counted = Keyspace.make("counted", { key: Schema.String, value: Schema.Number })

/** How old what is given out may be. */
export const notice = "1 second"

/** How many keys each writer has. */
export const keysOfWriter = 15

export const keyOf = (writer: number, change: number) => `${writer} ${(change * 7) % keysOfWriter}`

/** Whether a change is a removal. */
export const isRemoval = (change: number): boolean => change % 9 === 4
