import { readdirSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig, type ViteUserConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import manifest from "./package.json" with { type: "json" }

/** The entry points, and what the package imports of itself by a name, by their sources. */
const alias = Object.entries({ ...manifest.exports, ...manifest.imports }).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [{
    find: new RegExp(`^${path.replace(/^\./, manifest.name)}$`),
    replacement: fileURLToPath(
      new URL(target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts"), import.meta.url)
    )
  }]
)

/** The sources that a condition exchanges for others. */
const exchanged = Object.entries(manifest.imports).map(([find, target]) => ({
  find,
  replacement: fileURLToPath(new URL(target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts"), import.meta.url))
}))

/** The test files that hold properties: they import how often these run. */
const withProperties = readdirSync(fileURLToPath(new URL("./test", import.meta.url)), { recursive: true })
  .map((name) => `test/${String(name).replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".test.ts") && readFileSync(path, "utf8").includes("support/property.js"))

const workers = availableParallelism() + 1

type Suite = NonNullable<ViteUserConfig["test"]>

/**
 * How long a test, or what is made before tests, may take: a limit for what hangs, far above what anything takes, so that
 * a machine eight times slower passes. No test has one of its own.
 */
const patience = (minutes: number): Suite => ({ testTimeout: minutes * 60_000, hookTimeout: minutes * 60_000 })

/**
 * The suites, by their names. `vitest run` runs `test`, `vitest run --mode heavy` another: a file that belongs to more
 * than one is run by the suite that is asked for, and by no other.
 */
const suites: Record<string, Suite> = {
  test: {
    ...patience(10),
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"]
  },
  /**
   * The property tests once more, many times over and from another seed (`PROPERTY_SEED=random` is new each time), and
   * what takes minutes.
   */
  heavy: {
    ...patience(240),
    // What is imported is nothing beside what these take.
    isolate: true,
    include: [...withProperties, "test/**/*.heavy.ts"],
    env: {
      PROPERTY_RUNS: process.env["PROPERTY_RUNS"] ?? "6",
      PROPERTY_SEED: process.env["PROPERTY_SEED"] ?? "7"
    }
  },
  /** The tests that take their server from test/servers/S3Server.ts, on the server that scripts/test-s3.mjs names. */
  s3: {
    ...patience(10),
    include: ["test/S3Store/**/ObjectStore.test.ts", "test/S3Store/**/S3Cache*.test.ts", "test/Command/S3*.test.ts"],
    env: { NODE_NO_WARNINGS: "1" }
  },
  /** The tests that kill and stop the daemons of a Ceph cluster. Without Ceph on the machine they are skipped. */
  ceph: {
    ...patience(10),
    include: ["test/ceph/**/*.ceph.ts"],
    env: { NODE_NO_WARNINGS: "1" }
  }
}

/** Those first that collect garbage: it takes little while a worker has loaded little. */
class MeasuringFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const measuring = new Set(
      sorted.filter(({ moduleId }) => /memoryInUse|garbageCollected/.test(readFileSync(moduleId, "utf8")))
    )
    return [...measuring, ...sorted.filter((file) => !measuring.has(file))]
  }
}

/** What the tests find does not depend on whose machine it is. */
const forgetAws = () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name]
  process.env["AWS_CONFIG_FILE"] = process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"
}

export default defineConfig(({ mode }) => {
  const suite = suites[mode]
  if (suite === undefined) throw new Error(`There is no suite "${mode}": ${Object.keys(suites).join(", ")}`)
  // Those of S3 are told their server this way.
  if (mode !== "s3") forgetAws()
  return {
    resolve: {
      alias: [...alias, ...exchanged]
    },
    test: {
      globalSetup: ["test/support/build.ts"],
      setupFiles: [
        "test/support/deepEquality.ts",
        "test/support/fixedHashes.ts",
        "test/support/quietTestClock.ts",
        "test/support/sharedWorker.ts"
      ],
      // Files share what they import: modules are loaded once for each worker, instead of once for each file.
      isolate: false,
      sequence: { sequencer: MeasuringFirst },
      // Most of what tests make is garbage at once: it is collected less often.
      poolOptions: {
        forks: {
          execArgv: [
            "--max-semi-space-size=64",
            "--import",
            new URL("test/support/patientRunner.mjs", import.meta.url).href
          ]
        }
      },
      // As Node imports them: what would make named exports of defaults takes its time at each use of `node:util`.
      deps: { interopDefault: false },
      // One more than there are cores: some tests mostly wait for processes and clocks. None of them is ended before the
      // others.
      maxWorkers: workers,
      minWorkers: workers,
      teardownTimeout: 600_000,
      ...suite
    }
  }
})
