import { defineConfig } from "vitest/config"
import base from "./vitest.config.js"

/** The tests that take their server from test/support/S3Server.ts, on the server that scripts/test-s3.mjs names. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/S3Store/ObjectStore.test.ts", "test/S3Store/S3Cache*.test.ts"],
    testTimeout: 60_000,
    env: { NODE_NO_WARNINGS: "1" }
  }
})
