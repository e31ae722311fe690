/**
 * A real Redis or Valkey, where one is installed, and as much of a client as examples need.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { createConnection, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of the server that is installed; nothing where none is. */
export const program: string | undefined = (process.env["PATH"] ?? "").split(delimiter)
  .flatMap((folder) => [join(folder, "valkey-server"), join(folder, "redis-server")])
  .find(isProgram)

/** An answer of the server, and where the next one begins; nothing where it is not there yet. */
const readAnswer = (bytes: Buffer, start: number): { readonly answer: unknown; readonly end: number } | undefined => {
  const line = bytes.indexOf("\r\n", start)
  if (line < 0) return undefined
  const text = bytes.toString("utf8", start + 1, line)
  const after = line + 2
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case "+":
      return { answer: Buffer.from(text), end: after }
    case "-":
      return { answer: new Error(text), end: after }
    case ":":
      return { answer: Number(text), end: after }
    case "$": {
      if (text === "-1") return { answer: null, end: after }
      const end = after + Number(text)
      return bytes.length < end + 2 ? undefined : { answer: Buffer.from(bytes.subarray(after, end)), end: end + 2 }
    }
    default: {
      const all: Array<unknown> = []
      let end = after
      for (let left = Number(text); left > 0; left--) {
        const one = readAnswer(bytes, end)
        if (one === undefined) return undefined
        all.push(one.answer)
        end = one.end
      }
      return { answer: all, end }
    }
  }
}

/** A connection, with what ioredis has under this name. */
class Connection {
  private readonly waiting: Array<{ resolve: (answer: unknown) => void; reject: (cause: unknown) => void }> = []
  private bytes = Buffer.alloc(0)
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.on("data", (data) => this.read(data))
    socket.on("error", (cause) => this.end(cause))
    socket.on("close", () => this.end(new Error("the connection is closed")))
  }

  readonly callBuffer = (...sent: ReadonlyArray<string | Uint8Array>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new Error("the connection is closed"))
      this.waiting.push({ resolve, reject })
      const parts = sent.map((each) => Buffer.from(each))
      this.socket.write(Buffer.concat([
        Buffer.from(`*${parts.length}\r\n`),
        ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from("\r\n")])
      ]))
    })

  private read(data: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, data])
    for (;;) {
      const next = readAnswer(this.bytes, 0)
      if (next === undefined) return
      this.bytes = this.bytes.subarray(next.end)
      const asked = this.waiting.shift()
      if (next.answer instanceof Error) asked?.reject(next.answer)
      else asked?.resolve(next.answer)
    }
  }

  private end(cause: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(cause)
  }
}

const connect = (path: string) =>
  Effect.async<Socket, Error>((resume) => {
    const socket = createConnection(path)
    socket.once("error", (error) => resume(Effect.fail(error)))
    socket.once("connect", () => resume(Effect.succeed(socket)))
  })

/** A connection to a server of its own, which keeps nothing on disk. */
export const make = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "redis-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  const path = join(folder, "socket")
  yield* Effect.acquireRelease(
    Effect.async<ReturnType<typeof spawn>>((resume) => {
      const settings = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder]
      const server = spawn(program ?? "redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] })
      let said = ""
      server.stdout.on("data", (data: Buffer) => {
        said += data.toString()
        if (/ready to accept connections/i.test(said)) resume(Effect.succeed(server))
      })
      server.once("exit", (code) => resume(Effect.die(new Error(`it ended with ${code}: ${said.slice(-500)}`))))
    }),
    (server) =>
      Effect.async<void>((resume) => {
        server.once("exit", () => resume(Effect.void))
        server.kill("SIGTERM")
      })
  )
  const socket = yield* Effect.acquireRelease(
    Effect.orDie(connect(path)),
    (socket) => Effect.sync(() => socket.destroy())
  )
  return new Connection(socket)
})
