/**
 * Values as JSON.
 */
import * as Either from "effect/Either"
import { Buffer } from "node:buffer"
import { classOf } from "../common/classOf.js"
import type { Codec } from "./Codec.js"
import { jsonFault } from "./jsonFault.js"
import { unrepresentable } from "./unrepresentable.js"

/**
 * A value as JSON in UTF-8; `undefined` is no bytes at all, and fields that are `undefined` are left out. Says what JSON
 * cannot represent instead of losing it.
 */
export const jsonCodec: Codec = {
  encode: (encoded) => {
    if (encoded === undefined) return Either.right(new Uint8Array(0))
    const found = unrepresentable(encoded, jsonFault)
    return found === undefined
      ? Either.right(Buffer.from(JSON.stringify(encoded)))
      : Either.left(`${found}, which JSON cannot represent${wayOut(found)}`)
  },
  decode: (bytes) =>
    bytes.length === 0 ? Either.right(undefined) : Either.try({
      try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)),
      // What the parser says quotes the text.
      catch: (cause) => `its payload is no JSON in UTF-8 (${classOf(cause)})`
    })
}

const wayOut = (found: string): string =>
  found.endsWith(" is an instance of Date") ? ": take Schema.DateFromString for it, or codec: \"msgpack\"" : ""
