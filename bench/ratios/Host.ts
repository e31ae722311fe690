/**
 * A process with subjects of ratios.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Subject } from "./Ratio.js"

/** Subjects that are ready in a process of their own. */
export class Host {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>
  private readonly lines: AsyncIterator<string>
  private readonly names: string

  private constructor(subjects: ReadonlyArray<Subject>) {
    this.names = subjects.map(({ of }) => of.join(" ")).join(", ")
    const program = fileURLToPath(new URL("child.js", import.meta.url))
    this.child = spawn(process.execPath, ["--expose-gc", "--no-warnings", program, JSON.stringify(subjects)], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts a process, and waits until its subjects are ready. */
  static async open(subjects: ReadonlyArray<Subject>): Promise<Host> {
    const host = new Host(subjects)
    await host.line()
    return host
  }

  /** Gives one of them a turn, and tells what each operation took. */
  async round(at: number): Promise<number> {
    this.child.stdin.write(`${at}\n`)
    return Number(await this.line())
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null) return
    const closed = once(this.child, "close")
    this.child.stdin.end()
    await closed
  }

  private async line(): Promise<string> {
    const { done, value } = await this.lines.next()
    if (done === true) throw new Error(`the process that measures ${this.names} has ended`)
    return value
  }
}
