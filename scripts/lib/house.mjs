/**
 * The house: what is where in `src`, and who may import whom. `npm run check:imports` holds the sources to it,
 * docs/architecture.svg is drawn from it.
 */
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { root } from "./run.mjs"
import { walk } from "./sources.mjs"

/**
 * The house: its areas, their rooms, and who may import whom. A file may import what is in its room, in the rooms of its
 * area that stand before it, and in the areas named under `imports`; so nothing imports upwards, and there are no
 * circles. `.` is the folder of the area itself. What a room is for says the README in it.
 */
export const areas = [
  {
    area: "Cache/engine",
    rooms: ["options", "structures", "policies", "."],
    imports: [],
    packages: []
  },
  {
    area: "effect",
    rooms: [".", "platform"],
    imports: ["Cache/engine"],
    packages: ["effect", "@effect/platform", "@effect/experimental"]
  },
  {
    area: "Cache",
    rooms: [
      ...[
        "installed",
        "keys",
        "printing",
        "errors",
        "memory",
        "options",
        "common",
        "files",
        "flight",
        "background",
        "events",
        "metrics",
        "tracing",
        "lease",
        "store"
      ],
      "."
    ],
    imports: ["Cache/engine", "effect"],
    packages: ["effect", "@effect/platform", "node:"]
  },
  {
    area: "Ttl",
    rooms: ["memory", "removals", "snapshot", "dict", "fetch", "."],
    imports: ["Cache/engine", "effect", "Cache"],
    packages: ["effect", "@effect/platform", "node:"]
  },
  {
    area: "Sync",
    rooms: ["."],
    imports: ["Cache/engine", "effect", "Cache", "Ttl"],
    packages: []
  },
  {
    area: "ClientLayer",
    rooms: [
      ...["errors", "regions", "sdk", "values", "secrets", "transport", "credentials", "key", "request"],
      ...["client", "resource", "session", "."]
    ],
    imports: ["Cache/engine", "effect", "Cache"],
    packages: ["effect", "@effect/platform", "node:", "@aws-sdk/", "@smithy/"]
  },
  {
    area: "S3Store",
    rooms: [
      "common",
      "objects",
      "entry",
      "bucket",
      "table",
      "options",
      "versions",
      "keyspace",
      "memory",
      "guard",
      "coordination",
      "notice",
      "levels",
      "verbs",
      "stored",
      "bothLevels",
      "cache",
      "persistence",
      "notifications",
      "service",
      "."
    ],
    imports: ["Cache/engine", "effect", "Cache", "ClientLayer"],
    packages: ["effect", "@effect/platform", "@effect/experimental", "node:", "@aws-sdk/", "@smithy/"]
  },
  {
    area: "Lambda",
    rooms: ["."],
    imports: ["Cache/engine", "effect", "Cache"],
    packages: ["effect", "node:"]
  },
  {
    area: "EffectAws",
    rooms: ["."],
    imports: ["effect", "Cache", "ClientLayer", "S3Store"],
    packages: ["effect", "@aws-sdk/"]
  },
  {
    area: "Keyv",
    rooms: ["."],
    imports: ["Cache/engine", "effect", "Cache", "Ttl", "S3Store"],
    packages: ["effect"]
  },
  {
    area: "Testing",
    rooms: ["faults", "server", "conformance", "."],
    imports: ["Cache/engine", "effect", "Cache", "S3Store"],
    packages: ["effect", "node:"]
  },
  {
    area: "ErrorSchemas",
    rooms: ["."],
    imports: ["Cache/engine", "effect", "Cache", "Ttl", "ClientLayer", "S3Store", "Keyv"],
    packages: ["effect", "@effect/platform"]
  },
  {
    area: "Command",
    rooms: [
      ...["terminal", "arguments", "target", "bucket", "cost", "bench", "doctor", "doctor/table"],
      ...["charts", "simulate/replay", "simulate/log", "simulate", "commands", "."]
    ],
    imports: ["Cache/engine", "effect", "Cache", "ClientLayer", "S3Store"],
    packages: ["effect", "@effect/platform", "@effect/platform-node", "node:", "@aws-sdk/"],
    // The build puts it into the file of the command: users need not have it.
    bundled: ["@effect/platform-node"]
  },
  {
    area: ".",
    rooms: ["."],
    imports: ["effect", "Cache", "Ttl", "ClientLayer", "S3Store"],
    packages: []
  }
]

/** The area of a file and its room in it, or nothing for a folder that is no room. */
export const placeOf = (path) => {
  const folder = posix.relative("src", posix.dirname(path)) || "."
  const area = areas.find(({ area }) =>
    area === "." ? folder === "." : folder === area || folder.startsWith(`${area}/`)
  )
  const room = area === undefined ? undefined : posix.relative(area.area, folder) || "."
  return area?.rooms.includes(room) === true ? { area, room, folder } : undefined
}

/** Everything a file imports: `{ specifier, kind: "value" | "type" | "dynamic", offset }`. */
export const importsOf = (file) => {
  const found = []
  const add = (node, kind) => {
    if (node.source?.type === "Literal") found.push({ specifier: node.source.value, kind, offset: node.start })
    else if (node.source) found.push({ specifier: undefined, kind, offset: node.start })
  }
  walk(file.program, {
    ImportDeclaration: (node) => add(node, node.importKind === "type" ? "type" : "value"),
    ExportNamedDeclaration: (node) => add(node, node.exportKind === "type" ? "type" : "value"),
    ExportAllDeclaration: (node) => add(node, node.exportKind === "type" ? "type" : "value"),
    ImportExpression: (node) => add(node, "dynamic"),
    TSImportType: (node) => add(node, "type")
  })
  return found
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** The sources that a condition exchanges for others, by their names among the `imports` of package.json. */
const exchanged = Object.fromEntries(
  Object.entries(manifest.imports).map((
    [name, target]
  ) => [name, target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")])
)

/** Whether an import means a file of this package. */
export const isOwn = (specifier) => specifier.startsWith(".") || specifier in exchanged

/** The file that an import of this package means. */
export const resolveRelative = (path, specifier) =>
  exchanged[specifier] ?? posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts")
