/**
 * Loaded before the runner in its workers: it gives up on messages of its own after a minute, which a machine that is slow
 * or busy may take. It shall have the patience that tests have. What tests take timers from is put back by
 * sharedWorker.ts. Processes that a worker forks load this, too, and have nothing of it.
 */
if (process.argv[1]?.includes("tinypool")) {
  const { setTimeout } = globalThis
  const patient = (f, millis, ...rest) => setTimeout(f, millis === 60_000 ? 600_000 : millis, ...rest)
  globalThis.setTimeout = Object.assign(patient, { original: setTimeout })
}
