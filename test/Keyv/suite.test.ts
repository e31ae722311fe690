import { describe } from "@effect/vitest"
import { registerKeyvSuite } from "./keyvSuite.js"
import { storages } from "./storages.js"

for (const [name, make] of Object.entries(storages)) {
  describe(`Keyv's own tests over ${name}`, () => {
    registerKeyvSuite(make())
  })
}
