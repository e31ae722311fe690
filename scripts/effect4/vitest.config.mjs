/**
 * How the tests are run on Effect 4: as vitest.config.ts has it for Effect 3. It is copied to where the tests are.
 */
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { BaseSequencer } from "vitest/node"
import { leftOut } from "../../scripts/effect4/folders.mjs"
import manifest from "./package.json" with { type: "json" }

const sourceOf = (target) => new URL(target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts"), import.meta.url)

const alias = Object.entries({ ...manifest.exports, ...manifest.imports }).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [{
    find: new RegExp(`^${path.replace(/^\./, manifest.name)}$`),
    replacement: sourceOf(target).pathname
  }]
)

/** Those first that collect garbage. */
class MeasuringFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files)
    const isMeasuring = ({ moduleId }) => /memoryInUse|garbageCollected/.test(readFileSync(moduleId, "utf8"))
    return [...sorted.filter(isMeasuring), ...sorted.filter((file) => !isMeasuring(file))]
  }
}

const workers = availableParallelism() + 1

const suites = {
  test: { include: ["test/**/*.test.ts", "examples/**/*.test.ts"] },
  s3: {
    include: ["test/S3Store/**/ObjectStore.test.ts", "test/S3Store/**/S3Cache*.test.ts", "test/Command/S3*.test.ts"],
    env: { NODE_NO_WARNINGS: "1" }
  },
  ceph: { include: ["test/ceph/**/*.ceph.ts"], env: { NODE_NO_WARNINGS: "1" } }
}

const forgetAws = () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name]
  process.env["AWS_CONFIG_FILE"] = process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"
}

export default defineConfig(({ mode }) => {
  if (mode !== "s3") forgetAws()
  return {
    resolve: { alias },
    test: {
      ...suites[mode],
      exclude: leftOut(),
      globalSetup: ["test/support/build.ts"],
      setupFiles: [
        "test/support/deepEquality.ts",
        "test/support/fixedHashes.ts",
        "test/support/quietTestClock.ts",
        "test/support/sharedWorker.ts",
        "skipDifferences.mjs"
      ],
      isolate: false,
      sequence: { sequencer: MeasuringFirst },
      pool: "forks",
      execArgv: ["--max-semi-space-size=64"],
      deps: { interopDefault: false },
      maxWorkers: workers,
      testTimeout: 600_000,
      hookTimeout: 600_000,
      teardownTimeout: 600_000
    }
  }
})
