/**
 * What every test file is set up with, since it shares its worker, and what that has loaded, with files before and after
 * it: nothing is left over from those, and it has to leave everything as it was.
 */
import { afterAll, afterEach, assert, it } from "@effect/vitest"
import * as methods from "@effect/vitest"
import { vi } from "vitest"

// `layer` gives its services to whoever uses `it` from then on, in files that come later too.
const named = new Map<string, unknown>(Object.entries(methods))
for (const name of ["effect", "flakyTest", "layer", "live", "prop", "scoped", "scopedLive"]) {
  const method = named.get(name)
  if (method !== undefined) Object.assign(it, { [name]: method })
}

// See patientRunner.mjs.
const original: unknown = Reflect.get(setTimeout, "original")
if (typeof original === "function") Object.assign(globalThis, { setTimeout: original })

// A worker that tests one thing after the other without a turn of the event loop is thought to hang, on a slow machine.
const aTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))
afterEach(aTurn)

const patched: Readonly<Record<string, object>> = {
  console,
  Date,
  globalThis,
  Math,
  performance,
  process,
  ...Object.fromEntries(
    [Array, Error, Function, Map, Object, Promise, Set, String].map(({ name, prototype }) => [name, prototype])
  )
}

const listened = ["rejectionHandled", "uncaughtException", "unhandledRejection", "warning"]

/** What tests might patch, listen to or leave open, by its names, as it is now. */
const look = (): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>([
    ...Object.entries(process.env).map(([name, value]) => [`variable ${name}`, value] as const),
    ...listened.map((event) => [`listeners of ${event}`, process.listenerCount(event)] as const),
    ...Object.entries(patched).flatMap(([what, object]) =>
      // Getters are for what is loaded when it is first asked for.
      Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) =>
        typeof value === "function" ? [[`${what}.${name}`, value] as const] : []
      )
    )
  ])

const servers = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length

const before = look()
const open = servers()

afterAll(async () => {
  // A module that is asked for now is not given to this worker any more once the next file has begun.
  await vi.dynamicImportSettled()
  const after = look()
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((name) =>
    before.get(name) !== after.get(name) && (before.has(name) || name.startsWith("variable"))
  )
  for (const name of changed.filter((name) => name.startsWith("variable "))) {
    const value = before.get(name)
    if (typeof value === "string") process.env[name.slice("variable ".length)] = value
    else Reflect.deleteProperty(process.env, name.slice("variable ".length))
  }
  assert.deepStrictEqual(changed, [], "this file leaves otherwise than it was")
  // What has closed is counted for some turns more.
  for (let turn = 0; servers() > open && turn < 10; turn++) await aTurn()
  assert.isAtMost(servers(), open, "this file leaves servers open")
})
