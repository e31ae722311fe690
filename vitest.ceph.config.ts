import { defineConfig } from "vitest/config"
import base from "./vitest.config.js"

/** The tests that kill and stop the daemons of a Ceph cluster. Without Ceph on the machine they are skipped. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/ceph/**/*.ceph.ts"],
    testTimeout: 180_000,
    env: { NODE_NO_WARNINGS: "1" }
  }
})
