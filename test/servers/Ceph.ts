/**
 * A Ceph cluster with S3 gateways on this machine, whose daemons a test kills, stops and starts again. It needs the
 * programs `ceph`, `ceph-authtool`, `ceph-mon`, `ceph-osd`, `monmaptool`, `radosgw` and `radosgw-admin`
 * (`node scripts/install-ceph.mjs`), and no rights.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes, randomUUID } from "node:crypto"
import { closeSync, openSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import * as Http from "node:http"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { cephConfig, type CephShape } from "./cephConfig.js"
import * as ScopedServer from "./ScopedServer.js"
import { waitUntilServed } from "./waitUntilServed.js"

/** A program failed, or a daemon did not start; the message has the last lines it wrote. */
export class CephError extends Data.TaggedError("CephError")<{ readonly message: string; readonly cause?: unknown }> {}

/** A daemon: `mon.0`, `osd.0`, `rgw.0`, and so on. */
type Daemon = `${"mon" | "osd" | "rgw"}.${number}`

/** A running cluster. */
export interface Ceph {
  /** Of the gateways. */
  readonly endpoints: ReadonlyArray<string>
  /** Made up for this cluster. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly region: "us-east-1"
  readonly daemons: ReadonlyArray<Daemon>
  /** Sends a signal. After `SIGKILL` the daemon is gone when this succeeds. */
  readonly signal: (daemon: Daemon, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => Effect.Effect<void>
  /**
   * Starts the daemons that do not run; succeeds when each gateway serves what is in each bucket, without hesitation:
   * gateways answer long before the OSDs have agreed who has what.
   */
  readonly restart: Effect.Effect<void, CephError>
  /** The monitor that leads the others. */
  readonly leader: Effect.Effect<Daemon, CephError>
}

/** Starts a cluster in a temporary folder. When the scope closes its daemons are killed and the folder is removed. */
export const make = (shape: CephShape): Effect.Effect<Ceph, CephError, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      attempt("a temporary folder", () => mkdtemp(join(tmpdir(), "ceph-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    )
    const children = new Map<Daemon, ChildProcess>()
    yield* Effect.addFinalizer(() =>
      Effect.forEach([...children.values()].reverse(), (child) => killed(child, "SIGKILL"), {
        concurrency: "unbounded"
      })
    )
    const daemons = (kind: "mon" | "osd" | "rgw", count: number) =>
      Array.from({ length: count }, (_, at): Daemon => `${kind}.${at}`)
    const monitors = daemons("mon", shape.monitors)
    const osds = daemons("osd", shape.osds)
    const gateways = daemons("rgw", shape.gateways)

    const free = yield* freePorts(shape.monitors + shape.gateways)
    const ports = { monitors: free.slice(0, shape.monitors), gateways: free.slice(shape.monitors) }
    const clusterId = randomUUID()
    const config = join(folder, "ceph.conf")
    yield* attempt("ceph.conf", () => writeFile(config, cephConfig(shape, { clusterId, folder, ports })))
    const run = (program: string, ...args: ReadonlyArray<string>) => runProgram(program, args, folder)
    const ceph = (...args: ReadonlyArray<string>) =>
      run("ceph", "-c", config, "--connect-timeout", "20", "-f", "json", ...args)

    // Keys and monitors -----------------------------------------------------------------------------------------

    const keyring = join(folder, "keyring")
    const key = (name: string, capabilities: Readonly<Record<string, string>>, ...more: ReadonlyArray<string>) =>
      run(
        "ceph-authtool",
        ...more,
        keyring,
        "--gen-key",
        "-n",
        name,
        ...Object.entries(capabilities).flatMap(([service, allowed]) => ["--cap", service, allowed])
      )
    yield* key("mon.", { mon: "allow *" }, "--create-keyring")
    yield* key("client.admin", { mon: "allow *", osd: "allow *" })
    for (const osd of osds) yield* key(osd, { mon: "allow profile osd", osd: "allow *" })
    for (const [at] of gateways.entries()) {
      yield* key(`client.rgw.g${at}`, { mon: "allow rw", osd: "allow rwx" })
    }
    const map = join(folder, "monmap")
    yield* run(
      "monmaptool",
      "--create",
      "--fsid",
      clusterId,
      "--set-min-mon-release",
      "pacific",
      ...ports.monitors.flatMap((port, at) => ["--addv", `m${at}`, `[v2:127.0.0.1:${port}]`]),
      map
    )
    for (const [at] of monitors.entries()) {
      yield* attempt("a monitor's folder", () => mkdir(join(folder, `mon.m${at}`)))
      yield* run("ceph-mon", "-c", config, "--mkfs", "-i", `m${at}`, "--monmap", map, "--keyring", keyring)
    }

    // Daemons ---------------------------------------------------------------------------------------------------

    const commandOf = (daemon: Daemon): readonly [string, ...ReadonlyArray<string>] => {
      const [kind, id = ""] = daemon.split(".")
      switch (kind) {
        case "mon":
          return ["ceph-mon", "-i", `m${id}`]
        case "osd":
          return ["ceph-osd", "-i", id]
        default:
          return ["radosgw", "-n", `client.rgw.g${id}`]
      }
    }
    const isRunning = (daemon: Daemon) => {
      const child = children.get(daemon)
      return child !== undefined && child.exitCode === null && child.signalCode === null
    }
    const spawned = (daemon: Daemon) =>
      Effect.sync(() => {
        if (isRunning(daemon)) return
        const [program, ...args] = commandOf(daemon)
        const output = openSync(join(folder, `${daemon}.out`), "a")
        const child = spawn(program, [...args, "-c", config, "-f"], {
          stdio: ["ignore", output, output],
          env: environment
        })
        // Why it could not be run is told by whoever waits for it.
        child.on("error", () => {})
        closeSync(output)
        children.set(daemon, child)
      })
    const ready = (daemon: Daemon, isReady: Effect.Effect<boolean, CephError>) =>
      Effect.gen(function*() {
        const end = (yield* Clock.currentTimeMillis) + 60_000
        yield* isReady.pipe(
          Effect.filterOrFail((ready) => ready, () => "not yet" as const),
          Effect.catchAll(() =>
            Effect.flatMap(
              Clock.currentTimeMillis,
              (now) => isRunning(daemon) && now < end ? Effect.fail("not yet" as const) : Effect.fail("never" as const)
            )
          ),
          Effect.retry({ schedule: Schedule.spaced("100 millis"), while: (why) => why === "not yet" }),
          Effect.catchAll(() => failedToStart(daemon, folder))
        )
      })

    const osdsUp = Effect.map(ceph("osd", "stat"), (text) => text.includes(`"num_up_osds":${osds.length},`))

    const startMonitors = Effect.gen(function*() {
      yield* Effect.forEach(monitors, spawned)
      for (const [at, monitor] of monitors.entries()) yield* ready(monitor, answersTcp(ports.monitors[at]))
    })
    const startOsds = Effect.gen(function*() {
      yield* Effect.forEach(osds, spawned)
      for (const osd of osds.slice(-1)) yield* ready(osd, osdsUp)
    })
    const startGateways = Effect.gen(function*() {
      // The first one makes the pools.
      for (const [at, gateway] of gateways.entries()) {
        yield* spawned(gateway)
        yield* ready(gateway, answersHttp(ports.gateways[at]))
      }
    })

    yield* startMonitors
    yield* Effect.forEach(osds.entries(), ([at]) =>
      Effect.gen(function*() {
        const id = randomUUID()
        yield* ceph("osd", "new", id, String(at))
        yield* attempt("an OSD's folder", () => mkdir(join(folder, `osd.${at}`)))
        yield* run("ceph-osd", "-c", config, "-i", String(at), "--mkfs", "--osd-uuid", id)
      }), { concurrency: "unbounded" })
    yield* startOsds
    yield* startGateways

    const credentials = { accessKeyId: hex(10), secretAccessKey: hex(20) }
    yield* run(
      "radosgw-admin",
      "-c",
      config,
      "-n",
      "client.rgw.g0",
      "user",
      "create",
      "--uid=test",
      "--display-name=test",
      `--access-key=${credentials.accessKeyId}`,
      `--secret-key=${credentials.secretAccessKey}`
    )

    const endpoints = ports.gateways.map((port) => `http://127.0.0.1:${port}`)
    const region = "us-east-1" as const
    return {
      endpoints,
      credentials,
      region,
      daemons: [...monitors, ...osds, ...gateways],
      signal: (daemon, signal) => {
        const child = children.get(daemon)
        return child === undefined ? Effect.void : signal === "SIGKILL"
          ? killed(child, signal)
          : Effect.sync(() => void child.kill(signal))
      },
      restart: Effect.gen(function*() {
        yield* startMonitors
        // The map calls killed OSDs up, and who believes that waits for them.
        const dead = osds.filter((osd) => !isRunning(osd)).map((osd) => osd.slice("osd.".length))
        if (dead.length > 0) yield* ceph("osd", "down", ...dead)
        yield* startOsds
        yield* startGateways
        yield* Effect.forEach(endpoints, (endpoint) =>
          Effect.mapError(
            waitUntilServed({ endpoint, region, credentials, forcePathStyle: true }),
            (cause) => new CephError({ message: `${endpoint} does not serve: ${cause}`, cause })
          ))
      }),
      leader: Effect.map(ceph("quorum_status"), (text): Daemon => {
        const leader = /"quorum_leader_name":"m(\d+)"/.exec(text)?.[1]
        return `mon.${Number(leader ?? 0)}`
      })
    }
  })

const environment = { ...process.env, CEPH_ARGS: "", PYTHONDONTWRITEBYTECODE: "1" }

const hex = (bytes: number) => randomBytes(bytes).toString("hex")

const attempt = <A>(what: string, go: () => Promise<A>) =>
  Effect.tryPromise({ try: go, catch: (cause) => new CephError({ message: `cannot make ${what}: ${cause}`, cause }) })

const runProgram = (program: string, args: ReadonlyArray<string>, cwd: string): Effect.Effect<string, CephError> =>
  Effect.async((resume) => {
    const child = execFile(program, args, { cwd, env: environment, timeout: 60_000 }, (error, stdout, stderr) =>
      resume(
        error === null
          ? Effect.succeed(stdout)
          : new CephError({ message: `${program} ${args[0]} failed: ${stderr.slice(-2000)}`, cause: error })
      ))
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const killed = (child: ChildProcess, signal: "SIGKILL"): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill(signal)
  })

const failedToStart = (daemon: Daemon, folder: string) =>
  Effect.flatMap(
    Effect.promise(() => readFile(join(folder, `${daemon}.out`), "utf8")),
    (output) => Effect.fail(new CephError({ message: `${daemon} did not start: ${output.slice(-2000)}` }))
  )

/** Ports that are free now: all are taken at once, so that they are different, and given back. */
const freePorts = (count: number): Effect.Effect<ReadonlyArray<number>, CephError> =>
  Effect.forEach(Array.from({ length: count }), () => ScopedServer.make(() => Net.createServer())).pipe(
    Effect.map((servers) => servers.map(({ port }) => port)),
    Effect.scoped,
    Effect.mapError(({ message, cause }) => new CephError({ message, cause }))
  )

const answersTcp = (port: number | undefined) =>
  Effect.async<boolean>((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port: port ?? 0 })
    socket.once("connect", () => resume(Effect.succeed(true)))
    socket.once("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeoutTo({ duration: "3 seconds", onSuccess: (answers) => answers, onTimeout: () => false }))

const answersHttp = (port: number | undefined) =>
  Effect.async<boolean>((resume) => {
    const request = Http.get({ host: "127.0.0.1", port, agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(true))
    })
    request.once("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => request.destroy())
  }).pipe(Effect.timeoutTo({ duration: "3 seconds", onSuccess: (answers) => answers, onTimeout: () => false }))
