/**
 * Subjects of ratios, ready in a process of their own: a line of input is the number of the one whose turn it is, the line
 * that answers is what that took.
 */
import { createInterface } from "node:readline"
import { task } from "../lib/childProcess.js"
import type { Open, Opened, Subject } from "./Ratio.js"

const subjects = task<ReadonlyArray<Subject>>()

const opened: Array<Opened> = []
for (const { kind, of } of subjects) {
  const { open }: { readonly open: Open } = await import(`./subjects/${kind}.js`)
  opened.push(await open(of))
}

console.log("ready")
for await (const line of createInterface({ input: process.stdin })) {
  console.log(await opened[Number(line)]?.round())
}
for (const { close } of opened) await close?.()
process.exit()
