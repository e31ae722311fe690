/**
 * What fields of errors are when they are sent.
 */
import * as Schema from "effect/Schema"
import { cutText, longestMessage } from "../Cache/printing/cutText.js"
import { transformed } from "../effect/schemas.js"

const cut = (text: string): string => cutText(text, longestMessage)

/** A text, cut where it is longer than a message may be. Texts of errors hold no secrets, and of values only what is printed. */
export const Text = transformed(Schema.String, Schema.String, cut, cut)

const mostTexts = 50

const fewer = (texts: ReadonlyArray<string>): ReadonlyArray<string> => texts.slice(0, mostTexts)

/** Texts, of which the first 50 are sent. */
export const Texts = transformed(Schema.Array(Text), Schema.Array(Schema.String), fewer, fewer)

const most = Number.MAX_VALUE

const finite = (amount: number): number => Number.isNaN(amount) ? 0 : Math.min(Math.max(amount, -most), most)

/** A number, of which JSON would make `null` if it were not finite. */
export const Amount = transformed(Schema.Number, Schema.Number, finite, finite)
