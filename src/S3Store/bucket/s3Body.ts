/**
 * Reading what S3 answers to its end.
 */
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3"
import * as Option from "effect/Option"
import { Buffer } from "node:buffer"
import { Readable } from "node:stream"

/**
 * The whole body of an answer, so that its socket is free again; none when it has more than `maxBytes` bytes, and then
 * the connection is given up. Never more than `maxBytes` bytes are allocated when the length is known, and never more
 * than twice that many (and one chunk) when it is not.
 *
 * The SDK's abort signal ends with the head of the answer: a body that stalls is given up here.
 *
 * @param length the length the head of the answer promised, in bytes
 */
export const readBody = (
  body: GetObjectCommandOutput["Body"],
  length: number | undefined,
  maxBytes: number,
  abortSignal: AbortSignal
): Promise<Option.Option<Uint8Array>> => {
  const tooLarge = length !== undefined && length > maxBytes
  if (body === undefined) return Promise.resolve(tooLarge ? Option.none() : Option.some(new Uint8Array(0)))
  if (body instanceof Readable) {
    if (!tooLarge) return readToEnd(body, length, maxBytes, abortSignal)
    body.destroy()
    return Promise.resolve(Option.none())
  }
  // Another runtime's stream: the SDK reads it.
  if (tooLarge) return body.transformToWebStream().cancel().then(() => Option.none())
  return body.transformToByteArray().then((bytes) => bytes.length > maxBytes ? Option.none() : Option.some(bytes))
}

const readToEnd = (
  body: Readable,
  length: number | undefined,
  maxBytes: number,
  abortSignal: AbortSignal
): Promise<Option.Option<Uint8Array>> =>
  new Promise((resolve, reject) => {
    const whole = length === undefined ? undefined : Buffer.allocUnsafeSlow(length)
    const chunks: Array<Uint8Array> = []
    let read = 0
    const settle = (give: () => void) => {
      abortSignal.removeEventListener("abort", onAbort)
      give()
    }
    const giveUp = (give: () => void) => {
      settle(give)
      body.destroy()
    }
    const onAbort = () => giveUp(() => reject(new Error("the request was aborted")))
    body.on("error", (error) => settle(() => reject(error)))
    body.on("close", () => settle(() => reject(new Error("the answer was cut off"))))
    body.on("end", () =>
      settle(() => {
        if (whole === undefined) resolve(Option.some(Buffer.concat(chunks, read)))
        else if (read === whole.length) resolve(Option.some(whole))
        else reject(new Error(`the answer has ${read} bytes instead of ${whole.length}`))
      }))
    if (abortSignal.aborted) return onAbort()
    abortSignal.addEventListener("abort", onAbort, { once: true })
    body.on("data", (chunk: Uint8Array) => {
      const end = read + chunk.length
      if (end > maxBytes) return giveUp(() => resolve(Option.none()))
      if (whole === undefined) chunks.push(chunk)
      else if (end > whole.length) return giveUp(() => reject(new Error("the answer is longer than it said")))
      else whole.set(chunk, read)
      read = end
    })
  })
