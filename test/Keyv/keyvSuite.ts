import { keyvApiTests, keyvIteratorTests, keyvNamespaceTest, keyvValueTests } from "@keyv/test-suite"
import { Keyv } from "keyv"
import * as vitest from "vitest"

/** Registers Keyv's own tests of storage adapters. */
export const registerKeyvSuite = (store: () => object) => {
  vitest.describe("api", () => {
    keyvApiTests(vitest, Keyv, store)
  })
  vitest.describe("values", () => {
    keyvValueTests(vitest, Keyv, store)
  })
  vitest.describe("namespaces", () => {
    keyvNamespaceTest(vitest, Keyv, store)
  })
  vitest.describe("iterating", () => {
    keyvIteratorTests(vitest, Keyv, store)
  })
}
