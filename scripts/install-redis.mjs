/**
 * Installs what the tests on Redis need: the server of the distribution, with `apt-get`, as root or by `sudo`. Where that is not
 * possible it says so and ends with code 0: those tests are skipped.
 */
import { installPackages } from "./lib/installPackages.mjs"
import { runMain } from "./lib/run.mjs"

await runMain(() => installPackages({ name: "Redis", programs: ["redis-server"], packages: ["redis-server"] }))
