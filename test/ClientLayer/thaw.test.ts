import { testThaw } from "./thaw.js"

testThaw({ rounds: 40, timeout: 60_000 })
