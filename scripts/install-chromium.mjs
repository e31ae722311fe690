/**
 * Installs the browser that looks at the documentation site: Chromium of the distribution, with `apt-get`, as root or by
 * `sudo`. Where that is not possible it says so and ends with code 0: looking is skipped.
 */
import { installPackages } from "./lib/installPackages.mjs"
import { runMain } from "./lib/run.mjs"

await runMain(() => installPackages({ name: "Chromium", programs: ["chromium"], packages: ["chromium"] }))
