import { Buffer } from "node:buffer"
import { checksumLength, frameHeadLength, frameLength } from "../../../src/Cache/files/frames.js"

/** An open file: who opened it keeps it, whatever takes its place. */
export class SimulatedFile {
  bytes: Uint8Array = new Uint8Array(0)
  private at = 0

  seek(offset: number): void {
    this.at = offset
  }

  read(buffer: Uint8Array): number {
    const part = this.bytes.subarray(this.at, this.at + buffer.byteLength)
    buffer.set(part)
    this.at += part.byteLength
    return part.byteLength
  }

  append(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes])
  }

  /** How many frames it has after the first. */
  get entries(): number {
    let at = this.bytes.indexOf(0x0A) + 1
    let frames = 0
    while (at < this.bytes.byteLength - checksumLength) {
      const length = frameLength(this.bytes.subarray(at, at + frameHeadLength))
      if (length === 0) break
      frames++
      at += frameHeadLength + length
    }
    return frames - 1
  }
}

/** The files of a machine, as one task sees them: they are the same for all. */
export class SimulatedFiles {
  private readonly files: Map<string, Uint8Array>
  private readonly left: Map<SimulatedFile, string>
  /** What this task has opened, the last one last. */
  readonly opened: Array<SimulatedFile> = []
  /** Called at the first use. */
  private readonly used: () => void

  constructor(machine?: SimulatedFiles, used: () => void = () => {}) {
    this.files = machine?.files ?? new Map<string, Uint8Array>()
    this.left = new Map()
    this.used = used
  }

  get names(): ReadonlyArray<string> {
    this.used()
    return [...this.files.keys()]
  }

  sizeOf(path: string): number | undefined {
    this.used()
    return this.files.get(path)?.byteLength
  }

  create(path: string): SimulatedFile {
    const file = new SimulatedFile()
    this.opened.push(file)
    this.left.set(file, path)
    return file
  }

  open(path: string): SimulatedFile | undefined {
    const bytes = this.files.get(path)
    if (bytes === undefined) return undefined
    const file = new SimulatedFile()
    file.bytes = bytes
    this.opened.push(file)
    return file
  }

  /** What was written to a file is there under another path, in place of what was. */
  rename(from: string, to: string): void {
    for (const [file, path] of this.left) {
      if (path === from) this.files.set(to, file.bytes)
    }
  }
}
