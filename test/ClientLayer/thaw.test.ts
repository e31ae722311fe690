import { testThaw } from "./thaw.js"

testThaw({ rounds: 40 })
