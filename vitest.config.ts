import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^effect-aws-cache\/effect-aws$/, replacement: source("EffectAws/index.ts") },
      { find: /^effect-aws-cache\/keyv$/, replacement: source("Keyv/index.ts") },
      { find: /^effect-aws-cache$/, replacement: source("index.ts") },
      { find: /^effect-aws-cache\/(Cache|ClientLayer|S3Store|Sync|Ttl)$/, replacement: source("$1/index.ts") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/deepEquality.ts", "test/support/fixedHashes.ts"],
    // By default one core is left alone: on a machine of two, files would run one at a time.
    maxWorkers: "100%",
    testTimeout: 20_000
  }
})
