/**
 * The bytes of a log, unpacked where it is packed.
 */
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"

/** What other programs unpack, by how it begins. */
const others: ReadonlyArray<readonly [name: string, start: ReadonlyArray<number>]> = [
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]]
]

const gzip = [0x1f, 0x8b]

const startsWith = (bytes: Buffer, start: ReadonlyArray<number>) => start.every((byte, at) => bytes[at] === byte)

const bytesToKnow = 4

const bytesOf = (chunk: unknown): Buffer => Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))

async function* continued(start: Buffer, chunks: AsyncIterator<unknown>): AsyncGenerator<Buffer> {
  yield start
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield bytesOf(next.value)
}

/** A log that is compressed in a way that is not read here. */
export class PackedLog extends Error {}

/** The bytes of a file, or of the standard input for `-`, unpacked where they begin as gzip does. */
export async function* chunksOf(path: string, ended: () => void): AsyncGenerator<Buffer> {
  const input = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 })
  try {
    const chunks = input[Symbol.asyncIterator]()
    let start = Buffer.alloc(0)
    while (start.length < bytesToKnow) {
      const next = await chunks.next()
      if (next.done === true) break
      start = Buffer.concat([start, bytesOf(next.value)])
    }
    const packed = others.find(([, sign]) => startsWith(start, sign))
    if (packed !== undefined) throw new PackedLog(packed[0])
    if (!startsWith(start, gzip)) {
      yield* continued(start, chunks)
      return
    }
    const source = Readable.from(continued(start, chunks), { objectMode: false })
    const unpacked = createGunzip({ chunkSize: 1 << 18 })
    source.on("error", (error) => unpacked.destroy(error))
    try {
      for await (const chunk of source.pipe(unpacked)) yield bytesOf(chunk)
    } catch (error) {
      // A log that is still being written, or was cut: what is there counts.
      if (!(error instanceof Error && "code" in error && error.code === "Z_BUF_ERROR")) throw error
      ended()
    } finally {
      source.destroy()
    }
  } finally {
    input.destroy()
  }
}
