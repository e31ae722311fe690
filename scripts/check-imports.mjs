/**
 * Checks what the library's sources may import and call: who of its rooms may import whom, no circles, no AWS code loaded
 * by an import, no clock, timer or runtime of its own. One table per rule; a new folder in `src` is a new room in
 * scripts/lib/house.mjs.
 */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { areas, importsOf, isOwn, placeOf, resolveRelative } from "./lib/house.mjs"
import { root, runMain } from "./lib/run.mjs"
import { filesUnder, parseFile, walk } from "./lib/sources.mjs"

/** How many files a room has at most: more than these nobody takes in at a glance. */
const roomLimit = 18

/** Packages of which only types may be imported; their code is loaded by `import()` where it is needed. */
const typesOnly = ["@aws-sdk/", "@smithy/", "@effect/experimental"]

/** Packages that are imported by module path, so that nobody loads what they do not use. */
const noBarrel = ["effect", "@effect/platform"]

/** Modules of Effect that its majors do not have alike: only this room knows them. */
const roomOfMajors = "effect"
const differing = [
  ...[
    "DefaultServices",
    "Effectable",
    "FiberId",
    "FiberRef",
    "FiberRefs",
    "GlobalValue",
    "MetricLabel",
    "ModuleVersion"
  ],
  ...["MutableQueue", "ParseResult", "RequestBlock", "Runtime", "RuntimeFlags", "Scheduler", "SchemaAST", "Utils"]
].map((name) => `effect/${name}`)

/** Modules whose only use is what the rules below forbid. */
const forbiddenModules = ["node:timers", "node:timers/promises", "node:perf_hooks"]

/** The files that exist to wrap such a module: which modules and members, by path. */
const wrappers = {
  "src/Cache/common/inTurns.ts": ["node:timers"],
  "src/Ttl/fetch/loadTimer.ts": ["setTimeout"],
  "src/Ttl/fetch/wallClock.ts": ["Date.now"],
  "src/Cache/common/unrefSleep.ts": ["node:timers/promises"],
  "src/S3Store/common/standstill.ts": ["node:timers"],
  "src/ClientLayer/transport/machineTime.ts": ["node:timers", "node:perf_hooks", "performance.now", "Date.now"]
}

const isWrapped = (path, name) => wrappers[path]?.includes(name) === true

/** Globals that may not be named. */
const forbiddenGlobals = ["setTimeout", "setInterval", "setImmediate"]

/** Members, as `object.property`, that may not be named. */
const forbiddenMembers = [
  "Date.now",
  "performance.now",
  "process.hrtime",
  ...["runSync", "runSyncExit", "runPromise", "runPromiseExit", "runFork", "runCallback"].map((name) =>
    `Effect.${name}`
  )
]

/** Objects through which a global can be reached. */
const globalObjects = ["globalThis", "global"]

const startsWithPackage = (specifier, name) =>
  name.endsWith("/") || name.endsWith(":") ? specifier.startsWith(name) : `${specifier}/`.startsWith(`${name}/`)

const mayImport = (from, to) =>
  from.area === to.area
    ? from.area.rooms.indexOf(to.room) <= from.area.rooms.indexOf(from.room)
    : from.area.imports.includes(to.area.area)

const packageName = (specifier) => specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

const checkImports = (file, publicPackages, edges, report) => {
  const place = placeOf(file.path)
  if (place === undefined) return report(file, 0, "its folder is none of the rooms of scripts/lib/house.mjs")
  const { area, folder } = place
  for (const { kind, offset, specifier } of importsOf(file)) {
    if (specifier === undefined) {
      report(file, offset, "import() takes a string here, so that the rules can be checked")
    } else if (isOwn(specifier)) {
      const target = resolveRelative(file.path, specifier)
      if (specifier.startsWith(".") && !specifier.endsWith(".js")) {
        report(file, offset, `"${specifier}": relative imports end in .js`)
      } else if (!existsSync(join(root, target))) report(file, offset, `"${specifier}": there is no ${target}`)
      else {
        edges.push({ target, offset })
        const there = placeOf(target)
        if (there === undefined) report(file, offset, `"${specifier}" is in no room of src`)
        else if (!mayImport(place, there)) {
          report(file, offset, `src/${folder} may not import src/${there.folder} ("${specifier}")`)
        }
      }
    } else {
      if (!area.packages.some((name) => startsWithPackage(specifier, name))) {
        report(file, offset, `src/${folder} may not import "${specifier}"`)
      }
      const isBundled = area.bundled?.includes(packageName(specifier)) === true
      if (!specifier.startsWith("node:") && !isBundled && !publicPackages.has(packageName(specifier))) {
        report(file, offset, `"${packageName(specifier)}" is no dependency or peer of this package`)
      }
      if (kind === "value" && typesOnly.some((name) => startsWithPackage(specifier, name))) {
        report(file, offset, `"${specifier}" is loaded when the library is imported: use import type, or import()`)
      }
      if (noBarrel.includes(specifier)) {
        report(file, offset, `"${specifier}": import the module, such as "${specifier}/Effect"`)
      }
      if (differing.includes(specifier) && area.area !== roomOfMajors) {
        report(file, offset, `"${specifier}": Effect's majors differ in it, so it belongs into src/${roomOfMajors}`)
      }
      if (forbiddenModules.includes(specifier) && !isWrapped(file.path, specifier)) {
        report(file, offset, `"${specifier}" is not used in src`)
      }
    }
  }
}

const checkUses = (file, report) => {
  // Names in the place of a property (`socket.setTimeout`, `{ setTimeout: 1 }`) are not the global.
  const notGlobals = new Set()
  const property = (node) => {
    if (!node.computed) notGlobals.add(node.key)
  }
  walk(file.program, {
    Property: (node) => {
      if (!node.shorthand) property(node)
    },
    MethodDefinition: property,
    PropertyDefinition: property,
    TSPropertySignature: property,
    TSMethodSignature: property,
    MemberExpression: (node) => {
      if (!node.computed) notGlobals.add(node.property)
      const name = node.computed
        ? node.property.type === "Literal" ? node.property.value : undefined
        : node.property.name
      const object = node.object.type === "MemberExpression" && !node.object.computed &&
          globalObjects.includes(node.object.object.name)
        ? node.object.property.name
        : node.object.name
      if (forbiddenMembers.includes(`${object}.${name}`) && !isWrapped(file.path, `${object}.${name}`)) {
        report(file, node.start, `${object}.${name} is not used in src`)
      }
      if (globalObjects.includes(object) && forbiddenGlobals.includes(name)) {
        report(file, node.start, `${name} is not used in src`)
      }
    },
    NewExpression: (node) => {
      if (node.callee.name === "Date" && node.arguments.length === 0) {
        report(file, node.start, "new Date() reads the clock: use Effect's Clock")
      }
    }
  })
  walk(file.program, {
    Identifier: (node) => {
      if (forbiddenGlobals.includes(node.name) && !notGlobals.has(node) && !isWrapped(file.path, node.name)) {
        report(file, node.start, `${node.name} is not used in src`)
      }
    }
  })
}

const checkAssertions = (file, report) => {
  const isEscape = (node) =>
    node.type === "TSAsExpression" && ["TSUnknownKeyword", "TSAnyKeyword"].includes(node.typeAnnotation.type)
  walk(file.program, {
    TSAsExpression: (node) => {
      if (isEscape(node.expression)) report(file, node.start, "`as unknown as` hides a hole in the types")
    }
  })
}

/** Every circle of imports is reported once, at the import that closes it. */
const checkCircles = (graph, files, report) => {
  const done = new Set()
  const visit = (path, trail) => {
    if (done.has(path)) return
    for (const { offset, target } of graph.get(path) ?? []) {
      const start = trail.indexOf(target)
      if (start >= 0) {
        report(files.get(path), offset, `a circle: ${[...trail.slice(start), target].join(" -> ")}`)
      } else visit(target, [...trail, target])
    }
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [path])
}

/** That every room is there, says what it is for, and is not crowded. */
const checkRooms = (paths, report) => {
  const counts = new Map()
  for (const path of paths) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1)
  for (const { area, rooms } of areas) {
    for (const room of rooms) {
      const folder = posix.join("src", area, room).replace(/\/$/, "")
      const count = counts.get(folder) ?? 0
      if (count === 0) report(`${folder} is a room of scripts/lib/house.mjs, and has no files`)
      if (count > roomLimit) report(`${folder} has ${count} files, which is more than ${roomLimit}: split it`)
      if (folder !== "src" && !existsSync(join(root, folder, "README.md"))) {
        report(`${folder} has no README.md that says in a line what is in it`)
      }
    }
  }
}

await runMain(async () => {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  const publicPackages = new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {})
  ])
  const problems = []
  const report = (file, offset, message) => problems.push(`${file.path}:${file.lineOf(offset)} ${message}`)

  const files = new Map()
  const graph = new Map()
  for (const path of await filesUnder("src", [".ts"])) {
    const file = await parseFile(path)
    const edges = []
    files.set(path, file)
    graph.set(path, edges)
    checkImports(file, publicPackages, edges, report)
    checkUses(file, report)
  }
  checkCircles(graph, files, report)
  checkRooms(graph.keys(), (message) => problems.push(message))

  const others = await Promise.all(["test", "demo", "examples", "bench"].map((folder) => filesUnder(folder, [".ts"])))
  for (const path of others.flat()) files.set(path, await parseFile(path))
  for (const file of files.values()) checkAssertions(file, report)

  for (const problem of problems) console.error(problem)
  console.log(`${graph.size} files of src and ${files.size - graph.size} others, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
})
