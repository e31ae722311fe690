import { defineConfig } from "vitest/config"
import base from "./vitest.config.js"

/**
 * The property tests once more, many times over and from another seed (`PROPERTY_SEED=random` is new each time), and what
 * takes minutes.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [
      "test/Cache/**/*.test.ts",
      "test/S3Store/canonicalJson.test.ts",
      "test/S3Store/EntryFormat*.test.ts",
      "test/S3Store/s3ObjectStore.sockets.test.ts",
      "test/S3Store/S3Cache.{faults,keys,kills}.test.ts",
      "test/S3Store/fileSystemObjectStore.test.ts",
      "test/ClientLayer/**/*.property.test.ts",
      "test/Ttl/TtlDict.model.test.ts",
      "test/**/*.heavy.ts"
    ],
    env: {
      PROPERTY_RUNS: process.env["PROPERTY_RUNS"] ?? "40",
      PROPERTY_SEED: process.env["PROPERTY_SEED"] ?? "7"
    },
    testTimeout: 900_000
  }
})
