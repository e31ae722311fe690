import { testThaw } from "./thaw.js"

testThaw({ rounds: 500, timeout: 600_000 })
